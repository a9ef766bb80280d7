//! Lints that read a whole body.

#[cfg(feature = "traced")]
use trace_runtime::chain;

#[cfg_attr(feature = "traced", chain)]
fn only_in_recursion(n: u8, passed_on: u8) -> u8 {
    if n == 0 { 0 } else { only_in_recursion(n - 1, passed_on) }
}

#[cfg_attr(feature = "traced", chain)]
fn endless(n: u8) -> u8 {
    endless(n + 1)
}

#[cfg_attr(feature = "traced", chain)]
fn question(text: Option<&str>) -> Option<usize> {
    Some(text.map(str::len)?)
}

#[cfg_attr(feature = "traced", chain)]
async fn question_later(text: Option<&str>) -> Option<usize> {
    std::future::ready(()).await;
    Some(text.map(str::len)?)
}

#[cfg_attr(feature = "traced", chain)]
fn early(text: Option<&str>) -> Option<usize> {
    let text = match text {
        Some(text) => text,
        None => return None,
    };
    if text.is_empty() {
        return None;
    } else {
        return Some(text.len());
    }
}

#[cfg_attr(feature = "traced", chain)]
async fn early_later(text: Option<&str>) -> Option<usize> {
    std::future::ready(()).await;
    if text.is_none() {
        return None;
    }
    return Some(1);
}

#[cfg_attr(feature = "traced", chain)]
fn let_and_return(n: u8) -> u8 {
    let m = n + 1;
    m
}

#[cfg_attr(feature = "traced", chain)]
async fn let_and_return_later(n: u8) -> u8 {
    let m = std::future::ready(n).await;
    m
}

#[cfg_attr(feature = "traced", chain)]
fn returns_with_mut(mut n: u8) -> u8 {
    n += 1;
    return n;
}

#[cfg_attr(feature = "traced", chain)]
fn returns_nothing(n: &mut u8) {
    *n += 1;
    return;
}

#[cfg_attr(feature = "traced", chain)]
fn no_semicolon(n: u8) {
    std::convert::identity(drop(n))
}

#[cfg_attr(feature = "traced", chain)]
fn literal(n: &u8) -> &str {
    let _ = n;
    "a"
}

#[cfg_attr(feature = "traced", chain)]
fn redundant_closure(n: Option<u8>) -> Option<u8> {
    n.map(|n| u8::count_zeros_of(n))
}

trait CountZeros {
    fn count_zeros_of(self) -> u8;
}

impl CountZeros for u8 {
    #[cfg_attr(feature = "traced", chain)]
    fn count_zeros_of(self) -> u8 {
        u8::try_from(self.count_zeros()).unwrap_or_default()
    }
}

#[cfg_attr(feature = "traced", chain)]
fn clones(text: String) -> String {
    let copy = text.clone();
    drop(text);
    copy
}

#[cfg_attr(feature = "traced", chain)]
fn boxed(n: &Box<u8>) -> u8 {
    **n
}

#[cfg_attr(feature = "traced", chain)]
fn exclusive(n: &mut Vec<u8>) -> usize {
    n.len()
}

#[cfg_attr(feature = "traced", chain)]
async fn block_without_await(n: u8) -> u8 {
    drop(async { std::future::ready(1).await });
    println!("{n}");
    n
}

#[cfg_attr(feature = "traced", chain)]
fn result_of_unit(n: u8) -> Result<(), String> {
    if n == 0 {
        return Ok(());
    }
    Ok(())
}

#[cfg_attr(feature = "traced", chain)]
unsafe fn dangerous(n: *const u8) -> u8 {
    *n
}

#[cfg_attr(feature = "traced", chain)]
fn unneeded_unsafe() {
    unsafe {}
}

#[cfg_attr(feature = "traced", chain)]
fn too_many(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: bool) -> bool {
    h && a + b + c + d + e + f + g > 1
}

#[cfg_attr(feature = "traced", chain)]
fn shadowed(n: u8) -> u8 {
    let n = n;
    let n = n + 1;
    n
}

#[cfg_attr(feature = "traced", chain)]
fn two_lifetimes<'a, 'b>(a: &'a str, b: &'b str) -> &'a str {
    let _ = b;
    a
}

#[cfg_attr(feature = "traced", chain)]
async fn lifetime_later<'a>(text: &'a str) -> &'a str {
    std::future::ready(()).await;
    text
}

#[cfg_attr(feature = "traced", chain)]
fn unused_generics<'a, T>(n: u8) -> u8 {
    n
}

#[cfg_attr(feature = "traced", chain)]
fn bounds_only<T: Copy>() {}

#[cfg_attr(feature = "traced", chain)]
async fn not_written() -> u8 {
    todo!()
}

#[derive(PartialEq, Eq, Copy)]
struct Ordered(u8);

impl Ordered {
    #[cfg_attr(feature = "traced", chain)]
    fn not_written_yet(&self) -> u8 {
        unimplemented!()
    }
}

impl Clone for Ordered {
    #[cfg_attr(feature = "traced", chain)]
    fn clone(&self) -> Self {
        *self
    }
}

impl Ord for Ordered {
    #[cfg_attr(feature = "traced", chain)]
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Ordered {
    #[cfg_attr(feature = "traced", chain)]
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

struct Items<'a>(&'a [u8]);

impl<'a> Items<'a> {
    #[cfg_attr(feature = "traced", chain)]
    fn first<'b>(&'b self) -> Option<&'a u8> {
        self.0.first()
    }

    #[cfg_attr(feature = "traced", chain)]
    fn to_items(self) -> Items<'a> {
        Items(self.0)
    }

    #[cfg_attr(feature = "traced", chain)]
    fn only_self_in_recursion(&self, n: u8) -> u8 {
        if n == 0 { 0 } else { self.only_self_in_recursion(n - 1) }
    }
}

pub(crate) fn use_all() {
    only_in_recursion(1, 2);
    question(None);
    drop(question_later(None));
    early(None);
    drop(early_later(None));
    let_and_return(1);
    drop(let_and_return_later(1));
    returns_with_mut(1);
    returns_nothing(&mut 1);
    no_semicolon(1);
    literal(&1);
    redundant_closure(None);
    clones(String::new());
    boxed(&Box::new(1));
    exclusive(&mut Vec::new());
    drop(block_without_await(1));
    drop(result_of_unit(1));
    unsafe { dangerous(&1) };
    unneeded_unsafe();
    too_many(1, 2, 3, 4, 5, 6, 7, true);
    shadowed(1);
    two_lifetimes("", "");
    drop(lifetime_later(""));
    unused_generics::<u8>(1);
    bounds_only::<u8>();
    drop(not_written());
    let _ = Ordered(1).clone() < Ordered(2);
    Ordered(1).not_written_yet();
    let items = Items(&[]);
    items.first();
    items.only_self_in_recursion(1);
    items.to_items();
    endless(1);
}
