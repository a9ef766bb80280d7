//! The request among the arguments of a function, however they are named.

use serde_json::Value;

/// What `recognise` makes of the input: of the input itself, or of the only argument that is a
/// request.
pub(super) fn request<T>(input: &Value, recognise: impl Fn(&Value) -> Option<T>) -> Option<T> {
    if let Some(request) = recognise(input) {
        return Some(request);
    }
    let mut requests = input.as_object()?.values().filter_map(recognise);
    // Of two, none is the request of this call.
    requests.next().filter(|_| requests.next().is_none())
}
