//! A receiver that takes annotations as Phoenix does: it refuses whatever Phoenix refuses.

use super::{Received, Receiver, Reply};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The data of a Phoenix. Clones share it, as a server has its data after a restart.
#[derive(Clone, Default)]
pub struct Phoenix(Arc<Mutex<Data>>);

/// The stored spans and annotations.
#[derive(Default)]
pub struct Data {
    /// The key that requests must have; none if empty.
    pub key: String,
    /// The ids of spans and traces, in hexadecimal.
    pub known: BTreeSet<String>,
    /// The annotations by id of the target, name and identifier.
    pub annotations: BTreeMap<(String, String, String), Value>,
    /// The number of annotations that were stored, those that replace another one included.
    pub stored: usize,
    /// The number of requests with an annotation.
    pub requests: usize,
    /// The number of answers that the target is unknown.
    pub unknown: usize,
    /// The answers to the next annotations, in place of the ordinary ones.
    pub answers: Vec<Reply>,
}

impl Phoenix {
    /// Starts a server with this data.
    #[must_use]
    pub fn serve(&self) -> Receiver {
        let data = self.clone();
        Receiver::http_answering(move |_, request| data.answer(request))
    }

    /// Starts a server with this data at an address that is free.
    #[must_use]
    pub fn serve_at(&self, endpoint: &str) -> Receiver {
        let data = self.clone();
        Receiver::http_answering_at(endpoint, move |_, request| data.answer(request))
    }

    /// Returns the data. The guard must be dropped before the server answers again.
    pub fn data(&self) -> MutexGuard<'_, Data> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the annotation of a target by its name, without an identifier.
    #[must_use]
    pub fn annotation(&self, target: &str, name: &str) -> Option<Value> {
        let key = (target.to_owned(), name.to_owned(), String::new());
        self.data().annotations.get(&key).cloned()
    }

    fn answer(&self, request: &Received) -> Reply {
        let mut data = self.data();
        let bearer = format!("Bearer {}", data.key);
        if !data.key.is_empty() && request.headers.get("authorization") != Some(&bearer) {
            // A backend may repeat the key that it refuses.
            let sent = request.headers.get("authorization").cloned().unwrap_or_default();
            return Reply::status(401, &format!("Invalid token {sent}"));
        }
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/v1/traces") => data.take_spans(request),
            ("POST", "/v1/span_annotations") => data.take(request, "span_id"),
            ("POST", "/v1/trace_annotations") => data.take(request, "trace_id"),
            ("POST", "/v1/session_annotations") => data.take(request, "session_id"),
            _ => Reply::status(404, "Not Found"),
        }
    }
}

impl Data {
    fn take_spans(&mut self, request: &Received) -> Reply {
        let resources = request.request.resource_spans.iter();
        let spans = resources.flat_map(|it| &it.scope_spans).flat_map(|it| &it.spans);
        for span in spans {
            self.known.extend([hex(&span.span_id), hex(&span.trace_id)]);
            let attributes = span.attributes.iter().filter(|it| it.key == "session.id");
            self.known.extend(attributes.filter_map(|it| text(it.value.as_ref()?)));
        }
        Reply::default()
    }

    fn take(&mut self, request: &Received, id: &str) -> Reply {
        self.requests += 1;
        if !self.answers.is_empty() {
            return self.answers.remove(0);
        }
        if request.headers.get("content-type").map(String::as_str) != Some("application/json") {
            return Reply::status(415, "Unsupported content type");
        }
        // Without it Phoenix loses annotations of spans that it does not know.
        if request.query != "sync=true" {
            return Reply::status(400, "expected sync=true");
        }
        let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
            return Reply::status(422, "invalid JSON");
        };
        let [annotation] = body["data"].as_array().map_or(&[][..], Vec::as_slice) else {
            return Reply::status(422, "expected one annotation");
        };
        match self.store(annotation, id) {
            Ok(()) => Reply { garbage: br#"{"data":[{"id":"1"}]}"#.to_vec(), ..Reply::default() },
            Err(reply) => reply,
        }
    }

    fn store(&mut self, annotation: &Value, id: &str) -> Result<(), Reply> {
        let field = |key: &str| annotation[key].as_str().map(str::to_owned);
        let target = field(id).ok_or_else(|| Reply::status(422, "a missing id"))?;
        let name = field("name").ok_or_else(|| Reply::status(422, "a missing name"))?;
        if name == "note" {
            return Err(Reply::status(400, "The name 'note' is reserved"));
        }
        if !["HUMAN", "LLM", "CODE"].contains(&field("annotator_kind").unwrap_or_default().as_str())
        {
            return Err(Reply::status(422, "Input should be 'LLM', 'CODE' or 'HUMAN'"));
        }
        if !self.known.contains(&target) {
            self.unknown += 1;
            return Err(Reply::status(404, &format!("Spans with IDs {target} do not exist.")));
        }
        self.stored += 1;
        let identifier = field("identifier").unwrap_or_default();
        self.annotations.insert((target, name, identifier), annotation.clone());
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn text(value: &opentelemetry_proto::tonic::common::v1::AnyValue) -> Option<String> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    match value.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        _ => None,
    }
}
