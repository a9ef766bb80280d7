//! Signatures and bodies that are easily broken by code around the body: borrows that leave the
//! function, associated types, moves out of parts, patterns. They compile in every edition.
#![allow(clippy::all, clippy::pedantic, dead_code, missing_docs, single_use_lifetimes)]

use std::borrow::Cow;
use std::cell::{RefCell, RefMut};
use std::collections::HashMap;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, MutexGuard};
use trace_runtime::chain;

struct Part<'a>(&'a mut String);
struct Items<'a, T>(std::slice::IterMut<'a, T>);
struct Named { n: u8, name: String }

// Borrows that leave the function.
#[chain] fn moved_out<'a>(part: Part<'a>) -> &'a mut String { part.0 }
#[chain] fn reborrowed_from_part<'a>(part: Part<'a>) -> &'a mut String { part.0.push('a'); &mut *part.0 }
#[chain] fn reborrowed(text: &mut String) -> &mut String { text.push('a'); text }
#[chain] fn two_lifetimes<'a, 'b: 'a>(texts: &'a mut Vec<&'b str>, text: &'b str) -> Option<&'a mut &'b str> { texts.push(text); texts.last_mut() }
#[chain] fn entry<'a, T: ?Sized + AsRef<str>>(key: &'a T, map: &'a mut HashMap<String, Vec<&'a str>>) -> &'a mut Vec<&'a str> { map.entry(key.as_ref().to_owned()).or_default() }
#[chain] fn guard<'a>(cell: &'a RefCell<Vec<u8>>) -> RefMut<'a, u8> { RefMut::map(cell.borrow_mut(), |bytes| &mut bytes[0]) }
#[chain] fn cow<'a>(text: Cow<'a, str>) -> Cow<'a, str> { if text.is_empty() { Cow::Borrowed("x") } else { text } }
#[chain] fn higher_ranked(f: &dyn for<'x> Fn(&'x str) -> &'x str) -> Box<dyn for<'x> Fn(&'x str) -> &'x str> { f("a"); Box::new(|text| text) }
#[chain] fn objects<'a>(n: &'a u8) -> Vec<Box<dyn Display + 'a>> { vec![Box::new(n)] }
#[chain] fn parenthesized<'a>(n: &'a u8) -> &'a (dyn Display + 'a) { n }
#[chain] fn nested_iterators<'a>(a: &'a [u8], b: &'a [u8]) -> impl Iterator<Item = (&'a u8, &'a u8)> + 'a { a.iter().flat_map(move |a| b.iter().map(move |b| (a, b))) }
#[chain] fn boxed_later<'a>(text: &'a str) -> Result<Pin<Box<dyn Future<Output = &'a str> + Send + 'a>>, String> { if text.is_empty() { return Err(text.into()); } Ok(Box::pin(async move { text })) }
#[chain] async fn element_at_once<'a>(bytes: &'a mut [u8], i: usize) -> Option<&'a mut u8> { bytes.get_mut(i) }
#[chain] async fn element_later<'a>(bytes: &'a mut [u8], i: usize) -> Option<&'a mut u8> { std::future::ready(()).await; bytes.get_mut(i) }

// Types of traits.
trait Lends { type Out<'a> where Self: 'a; fn lend<'a>(&'a mut self) -> Self::Out<'a>; }
impl Lends for Named { type Out<'a> = &'a mut u8; #[chain] fn lend<'a>(&'a mut self) -> Self::Out<'a> { &mut self.n } }
impl<'q> Lends for Items<'q, u8> { type Out<'a> = Option<&'a mut u8> where 'q: 'a; #[chain] fn lend<'a>(&'a mut self) -> Self::Out<'a> { self.0.next() } }
impl<'q, T> Iterator for Items<'q, T> { type Item = &'q mut T; #[chain] fn next(&mut self) -> Option<&'q mut T> { self.0.next() } }
#[chain] fn lent<'a, T: Lends>(lender: &'a mut T) -> T::Out<'a> { lender.lend() }
#[chain] fn lent_by_path<'a, T>(lender: &'a mut T) -> <T as Lends>::Out<'a> where T: Lends + 'a { <T as Lends>::lend(lender) }
#[chain] async fn lent_at_once<'a, T: Lends>(lender: &'a mut T) -> T::Out<'a> { lender.lend() }
#[chain] async fn lent_later<'a, T: Lends>(lender: &'a mut T) -> T::Out<'a> { std::future::ready(()).await; lender.lend() }
#[chain] fn bounds_of_references<T, U>(t: T, u: U) -> Result<T, U> where T: Debug + PartialEq<U>, U: Debug, for<'x> &'x T: Debug { if t == u { Ok(t) } else { Err(u) } }
#[chain] fn arrays<const N: usize, T: Copy + Default>(values: [T; N]) -> [T; N] { let _ = values; [T::default(); N] }
#[chain] fn opaque_parts(n: u8) -> (impl Display, impl Debug) { (n, n) }

// Receivers, and moves out of parts.
impl Named {
    #[chain] fn shared(self: Arc<Self>) -> u8 { self.n }
    #[chain] fn cloned(self: &Arc<Self>) -> Arc<Self> { Arc::clone(self) }
    #[chain] fn part(self: Box<Self>) -> String { self.name }
    #[chain] fn updated(self) -> Self { Self { n: 1, ..self } }
    #[chain] fn disjoint(&mut self) { let n = &mut self.n; let name = &self.name; *n = name.len() as u8; }
    #[chain] fn both(&mut self) -> (&mut u8, &mut String) { (&mut self.n, &mut self.name) }
    #[chain] fn destructured(Self { n, name }: Self) -> (u8, String) { (n, name) }
    #[chain] fn parsed(&mut self) -> Result<u8, Box<dyn Error>> { self.n = self.name.parse()?; Ok(self.n) }
    #[chain] fn popped(&mut self) -> Option<u8> { let last = self.name.pop()?; self.n += 1; Some(last as u8) }
    #[chain] async fn counted_at_once(&mut self) -> u8 { self.n += 1; self.n }
    #[chain] async fn itself(&mut self) -> &mut Self { self.n += 1; self }
}

// Arguments that the body borrows, moves or calls, with an owned result.
#[chain] fn pair(pair: (String, &mut u8)) -> String { *pair.1 = 1; pair.0 }
#[chain] fn optional(n: Option<&mut u8>) -> bool { if let Some(n) = n { *n += 1; true } else { false } }
#[chain] fn references(ref text: String, ref mut n: u8, &m: &u8) -> u8 { *n += m; *n + text.len() as u8 }
#[chain] fn scoped(text: String) -> usize { std::thread::scope(|scope| scope.spawn(|| text.len()).join().unwrap_or(0)) }
#[chain] fn spawned(text: String) -> usize { std::thread::spawn(move || text.len()).join().unwrap_or(0) }
#[chain] fn conditionally(text: String, moves: bool) -> String { let kept; if moves { kept = text; } else { kept = text.clone() + &text; } kept }
#[chain] fn called(f: Box<dyn FnOnce() -> u8>, g: &mut dyn FnMut() -> u8, h: impl FnOnce(&mut Vec<u8>), bytes: &mut Vec<u8>) -> u8 { h(bytes); f() + g() + g() }
#[chain] fn iterated(bytes: &mut Vec<u8>) -> Result<(), String> { for byte in bytes.iter_mut() { *byte += 1; } let all = bytes; all.push(1); Ok(()) }
#[chain] fn split(bytes: &mut [u8]) -> u8 { let (a, b) = bytes.split_at_mut(1); a[0] = b[0]; bytes[0] }
#[chain] fn locked(bytes: MutexGuard<'_, Vec<u8>>) -> usize { bytes.len() }
#[chain] fn replaced(named: &mut Option<Box<Named>>) -> Option<u8> { let taken = named.take()?; *named = Some(taken); named.as_mut().map(|named| { named.n += 1; named.n }) }
#[chain] fn pointers(p: *mut u8, f: fn(), g: &'static dyn Fn()) { let _ = p; f(); g() }

// Async bodies that await nothing, and control flow.
#[chain] async fn not_send(n: Rc<u8>) -> u8 { *n }
#[chain] async fn early(text: &str) -> Result<&str, std::num::ParseIntError> { let _: u8 = text.parse()?; if text.is_empty() { return Ok("a"); } Ok(text) }
#[chain] async fn mutable(mut bytes: Vec<u8>, (mut a, b): (u8, u8)) -> usize { bytes.push(a); a += b; bytes.push(a); bytes.len() }
#[chain] async fn opaque(n: u8) -> impl Display + Send { format!("{}", n) }
#[chain] async fn coerced(n: u8) -> Option<Box<dyn Fn(u8) -> u8>> { if n > 1 { return Some(Box::new(move |m| n + m)); } None }
#[chain] async fn converted() -> Result<(), Box<dyn Error + Send + Sync>> { Err("x")? }
#[chain] async fn closure() -> impl Fn(&str) -> usize { |text: &str| text.len() }
#[chain] async fn own_blocks(n: u8) -> u8 { drop(async { std::future::ready(n).await }); n }
#[chain] async fn never() -> ! { panic!("never returns") }
#[chain] fn labels(rows: &[Vec<u8>]) -> Option<u8> { 'rows: for row in rows { for n in row { if *n > 1 { continue 'rows; } if *n == 1 { break 'rows; } } } let last = 'last: { if rows.is_empty() { break 'last None; } Some(1) }; last }
#[chain] fn names_of_generated_code(span: u8, record: u8, start: u8) -> u8 { let __trace_span = span; let returned = record; __trace_span + returned + start }
