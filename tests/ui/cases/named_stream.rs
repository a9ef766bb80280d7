//! A stream with a named type is rejected, because tracing would have to change the type.

use std::pin::Pin;
use std::task::{Context, Poll};

struct Numbers;

impl futures_util::Stream for Numbers {
    type Item = u8;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u8>> {
        Poll::Ready(None)
    }
}

#[trace_runtime::chain] //~ ERROR `Numbers` is a stream
fn sync() -> Numbers {
    Numbers
}

#[trace_runtime::chain] //~ ERROR `Numbers` is a stream
async fn asynchronous() -> Result<Numbers, String> {
    Ok(Numbers)
}

fn main() {}
