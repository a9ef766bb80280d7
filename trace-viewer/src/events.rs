//! The stream of server-sent events that the live page follows: each event is one block.

use crate::server::Shared;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use std::convert::Infallible;
use std::sync::Arc;

/// Sends the blocks that are kept, and then new ones as they arrive. A browser that connects again
/// names the last event it has received, and continues there.
pub(crate) async fn events(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> impl IntoResponse {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let next = last.and_then(|id| shared.number_after(id)).unwrap_or(0);
    let changes = shared.log.changes();
    let events =
        stream::unfold((shared, next, changes), |(shared, next, mut changes)| async move {
            loop {
                if changes.borrow_and_update().is_none() {
                    return None;
                }
                if let Some((number, block)) = shared.log.at_or_after(next) {
                    let event = Event::default().id(shared.event_id(number)).data(&*block);
                    return Some((Ok::<_, Infallible>(event), (shared, number + 1, changes)));
                }
                changes.changed().await.ok()?;
            }
        });
    Sse::new(events).keep_alive(KeepAlive::default())
}
