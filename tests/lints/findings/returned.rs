//! The ends of functions.

#[cfg(feature = "traced")]
use trace_runtime::chain;

#[cfg_attr(feature = "traced", chain)]
fn unreachable_end() -> u8 {
    panic!("always");
    1
}

#[cfg_attr(feature = "traced", chain)]
async fn unreachable_end_later() -> u8 {
    std::future::ready(()).await;
    panic!("always");
    1
}

#[cfg_attr(feature = "traced", chain)]
fn never(n: u8) -> ! {
    std::process::exit(n.into())
}

#[cfg_attr(feature = "traced", chain)]
async fn never_later(mut n: u8) -> ! {
    loop {
        n = std::future::ready(n).await;
    }
}

#[cfg_attr(feature = "traced", chain)]
fn returns(n: u8) -> u8 {
    return n;
}

#[cfg_attr(feature = "traced", chain)]
async fn returns_later(n: u8) -> u8 {
    std::future::ready(()).await;
    return n;
}

#[cfg_attr(feature = "traced", chain)]
fn wrapped(n: u8) -> Result<u8, String> {
    Ok(n)
}

#[cfg_attr(feature = "traced", chain)]
fn large_error(n: u8) -> Result<u8, [u64; 32]> {
    n.checked_add(1).ok_or([0; 32])
}

#[cfg_attr(feature = "traced", chain)]
fn closure() -> impl Fn(&str) -> &str {
    |text| return text
}

#[cfg_attr(feature = "traced", chain)]
fn unit() -> () {
    std::convert::identity(());
}

#[cfg_attr(feature = "traced", chain)]
fn unused_results(text: &str) {
    text.parse::<u8>();
    text.len() == 0;
    if (text.is_empty()) {}
}

#[rustfmt::skip]
#[cfg_attr(feature = "traced", chain)]
async fn one_line(mut n: u8) -> u8 { n += 1; n }

#[cfg_attr(feature = "traced", chain)]
fn needless_lifetime<'a>(text: &'a str) -> &'a str {
    text
}

pub(crate) fn use_all() {
    returns(1);
    drop(returns_later(1));
    let _ = wrapped(1);
    drop(large_error(1));
    closure()("a");
    unit();
    unused_results("");
    drop(one_line(1));
    needless_lifetime("");
    drop(unreachable_end_later());
    drop(never_later(1));
    unreachable_end();
    never(1);
}
