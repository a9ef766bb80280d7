//! The interfaces for feedback, one file for each kind of backend.

mod langfuse;
mod mlflow;
mod phoenix;

pub(crate) use langfuse::LANGFUSE;
pub(crate) use mlflow::MLFLOW;
pub(crate) use phoenix::PHOENIX;

use super::record::Record;
use super::target::Aim;
use crate::delivery::{JsonAttempt, JsonCall, JsonClient, Verb};
use serde_json::Value;

/// The interface of one kind of backend.
#[derive(Debug)]
pub(crate) struct Api {
    /// The end of the address of traces that the interface does not have.
    pub(super) traces_path: &'static str,
    /// False for a backend that has no feedback about sessions.
    pub(super) takes_sessions: bool,
    /// Makes one attempt. Sending a record twice has the same effect as sending it once.
    pub(super) send: fn(&Record, &dyn Caller) -> JsonAttempt,
}

/// Makes the requests of an attempt.
pub(super) trait Caller {
    fn call(&self, call: &JsonCall) -> JsonAttempt;

    /// Returns an attribute that the resource has for this backend alone.
    fn resource(&self, key: &str) -> Option<&str>;
}

impl Caller for JsonClient {
    fn call(&self, call: &JsonCall) -> JsonAttempt {
        JsonClient::call(self, call)
    }

    fn resource(&self, key: &str) -> Option<&str> {
        JsonClient::resource(self, key)
    }
}

impl Api {
    /// Returns the end of the address of traces that the interface does not have.
    pub(crate) fn traces_path(&self) -> &'static str {
        self.traces_path
    }

    pub(super) fn takes(&self, aim: &Aim) -> bool {
        self.takes_sessions || !matches!(aim, Aim::Session(_))
    }
}

fn request(verb: Verb, path: impl Into<String>, body: &Value) -> JsonCall {
    JsonCall { verb, path: path.into(), body: body.to_string().into_bytes() }
}

/// A backend that keeps the requests, for the tests of the interfaces.
#[cfg(test)]
mod recorder {
    use super::*;
    use crate::feedback::{Annotation, Target};
    use std::sync::Mutex;

    pub(super) const SPAN: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    pub(super) const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
    pub(super) const SPAN_ID: &str = "b7ad6b7169203331";

    #[derive(Default)]
    pub(super) struct Recorder {
        pub(super) calls: Mutex<Vec<(Verb, String, Value)>>,
        /// The answer to every request.
        pub(super) answer: &'static str,
    }

    impl Caller for Recorder {
        fn call(&self, call: &JsonCall) -> JsonAttempt {
            let body = serde_json::from_slice(&call.body).unwrap_or_default();
            self.calls.lock().unwrap().push((call.verb, call.path.clone(), body));
            JsonAttempt::Accepted(self.answer.as_bytes().to_vec())
        }

        fn resource(&self, key: &str) -> Option<&str> {
            (key == "langfuse.environment").then_some("staging")
        }
    }

    pub(super) fn record(target: Target, annotation: Annotation) -> Record {
        Record { aim: target.0, content: annotation.content }
    }

    /// Sends one record, and returns the requests.
    pub(super) fn requests(
        api: &Api,
        answer: &'static str,
        target: Target,
        annotation: Annotation,
    ) -> Vec<(Verb, String, Value)> {
        let recorder = Recorder { answer, ..Recorder::default() };
        let sent = (api.send)(&record(target, annotation), &recorder);
        assert!(matches!(sent, JsonAttempt::Accepted(_)));
        recorder.calls.into_inner().unwrap()
    }

    /// An annotation with every value.
    pub(super) fn full() -> Annotation {
        let annotation = Annotation::new("user_feedback").score(1).label("good").explanation("ok");
        annotation.llm().metadata("page", "chat").identifier("user-1")
    }
}
