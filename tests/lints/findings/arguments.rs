//! Arguments and locals that are not used, or assigned in vain.

#[cfg(feature = "traced")]
use trace_runtime::chain;

#[cfg_attr(feature = "traced", chain)]
fn unused(a: u8, (b, _c): (u8, u8), r#type: &str) {}

#[cfg_attr(feature = "traced", chain)]
async fn unused_later(a: u8, #[allow(unused_variables)] b: u8, #[expect(unused)] c: u8) {
    std::future::ready(()).await;
}

#[cfg_attr(feature = "traced", chain)]
fn formatted(a: u8, b: u8) -> String {
    format!("{a} {b:?}")
}

#[cfg_attr(feature = "traced", chain)]
fn assigned(mut a: u8, (b, mut c): (u8, String)) {
    a = 2;
    c = String::new();
    let _ = b;
}

#[cfg_attr(feature = "traced", chain)]
async fn assigned_later(mut a: u8, mut b: String) {
    a = 2;
    b = String::new();
    std::future::ready(()).await;
}

#[cfg_attr(feature = "traced", chain)]
fn assigned_after_its_use(mut a: u8) -> u8 {
    let before = a;
    a = 3;
    before
}

#[cfg_attr(feature = "traced", chain)]
fn not_mutated(mut a: u8) -> u8 {
    a
}

#[cfg_attr(feature = "traced", chain)]
fn not_mutated_and_unused(mut a: u8) {}

#[cfg_attr(feature = "traced", chain)]
fn mutated(mut a: Vec<u8>, mut b: std::cell::RefCell<Vec<u8>>) -> usize {
    a.push(1);
    *b.get_mut() = a;
    b.borrow().len()
}

#[cfg_attr(feature = "traced", chain)]
fn mutated_and_diverging(mut a: Vec<u8>) -> usize {
    a.push(1);
    panic!("{a:?}");
}

#[cfg_attr(feature = "traced", chain)]
async fn mutated_and_diverging_later(mut a: Vec<u8>) -> usize {
    a.push(1);
    panic!("{a:?}");
}

#[cfg_attr(feature = "traced", chain)]
fn locals(a: u8) -> u8 {
    let unused = a;
    let mut never_mutated = a;
    let x = a + 1;
    x
}

#[cfg_attr(feature = "traced", chain)]
fn by_value(a: String) -> usize {
    a.len()
}

#[cfg_attr(feature = "traced", chain)]
fn by_value_and_borrowed(a: String, b: &str) -> &str {
    let b = b;
    &b[a.len()..]
}

#[cfg_attr(feature = "traced", chain)]
fn pointers(a: &Vec<u8>, b: &String) -> usize {
    a.len() + b.len()
}

#[cfg_attr(feature = "traced", chain)]
fn trivial(a: &u8, b: &Option<String>) -> bool {
    b.is_none() && *a == 1
}

pub(crate) fn use_all() {
    unused(1, (2, 3), "");
    drop(unused_later(1, 2, 3));
    formatted(1, 2);
    assigned(1, (2, String::new()));
    drop(assigned_later(1, String::new()));
    assigned_after_its_use(1);
    not_mutated(1);
    not_mutated_and_unused(1);
    mutated(Vec::new(), std::cell::RefCell::default());
    drop(mutated_and_diverging_later(Vec::new()));
    locals(1);
    by_value(String::new());
    by_value_and_borrowed(String::new(), "");
    pointers(&Vec::new(), &String::new());
    trivial(&1, &None);
    mutated_and_diverging(Vec::new());
}
