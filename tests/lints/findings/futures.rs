//! Futures: not awaited, returned by async functions, and written by hand.

use std::future::{Ready, ready};
use std::pin::Pin;
#[cfg(feature = "traced")]
use trace_runtime::chain;

#[cfg_attr(feature = "traced", chain)]
async fn number(n: u8) -> u8 {
    ready(n).await
}

#[cfg_attr(feature = "traced", chain)]
async fn not_awaited() {
    number(1);
    boxed(2);
    let _ = number(3).await;
}

#[cfg_attr(feature = "traced", chain)]
async fn yields() -> Ready<u8> {
    number(1).await;
    ready(1)
}

#[cfg_attr(feature = "traced", chain)]
async fn yields_boxed() -> Pin<Box<dyn Future<Output = u8>>> {
    number(1).await;
    Box::pin(number(1))
}

#[cfg_attr(feature = "traced", chain)]
async fn block_yields() -> String {
    let block = async { ready(1) };
    block.await.await.to_string()
}

#[cfg_attr(feature = "traced", chain)]
async fn without_await() -> u8 {
    1
}

#[cfg_attr(feature = "traced", chain)]
fn written_by_hand() -> impl Future<Output = u8> {
    async { number(1).await }
}

#[cfg_attr(feature = "traced", chain)]
fn boxed(n: u8) -> Pin<Box<dyn Future<Output = u8>>> {
    Box::pin(number(n))
}

#[cfg_attr(feature = "traced", chain)]
async fn lock(shared: &std::sync::Mutex<u8>) -> u8 {
    let guard = shared.lock().unwrap();
    number(*guard).await
}

pub(crate) async fn use_all() {
    not_awaited().await;
    yields().await.await;
    yields_boxed();
    block_yields().await;
    without_await().await;
    written_by_hand();
    lock(&std::sync::Mutex::new(1)).await;
}
