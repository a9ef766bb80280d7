//! Attributes that values record themselves through `Record`, and attributes that the body records
//! on the current span.

use super::as_json;
use futures_util::stream::{self, Stream, StreamExt};
use integration_tests::{Program, block_on};
use serde::Serialize;
use serde_json::{Value, json};
use trace_runtime::record::{
    AssistantMessage, Attributes, Document, InputMessages, OutputMessages, Record,
    RetrievedDocuments, SystemMessage, TokenCount, ToolMessage, UserMessage,
};
use trace_runtime::{chain, current_span, llm, retriever};

/// A type that has text through `Serialize` and attributes through `Record`.
#[derive(Serialize)]
struct Answer {
    text: &'static str,
}

impl Record for Answer {
    fn record(&self, attributes: &mut Attributes) {
        attributes.set("answer.length", self.text.len());
        attributes.record(&TokenCount::new(3, 1));
    }
}

/// A type with attributes only: it has neither `Serialize` nor `Debug`.
struct Silent;

impl Record for Silent {
    fn record(&self, attributes: &mut Attributes) {
        attributes.set("silent", true);
    }
}

struct Panics;

impl Record for Panics {
    fn record(&self, attributes: &mut Attributes) {
        attributes.set("before", 1);
        panic!("in record");
    }
}

#[llm]
fn ask(silent: &Silent, _panics: Panics) -> Result<Answer, std::fmt::Error> {
    let _ = silent;
    Ok(Answer { text: "yes" })
}

#[test]
fn arguments_and_results_record_themselves() {
    let program = Program::start();
    ask(&Silent, Panics).unwrap();
    let attribute = |key| program.attribute("ask", key);
    assert_eq!(attribute("output.value").as_deref(), Some(r#"{"text":"yes"}"#));
    assert_eq!(attribute("answer.length").as_deref(), Some("3"));
    assert_eq!(attribute("llm.token_count.total").as_deref(), Some("4"));
    assert_eq!(attribute("silent").as_deref(), Some("true"));
    assert_eq!(attribute("before").as_deref(), Some("1"), "lost by the panic that followed");
}

#[chain]
fn silent() -> Silent {
    Silent
}

#[test]
fn record_without_serialize_writes_no_output_value() {
    let program = Program::start();
    silent();
    assert_eq!(program.attribute("silent", "output.value"), None);
    assert_eq!(program.attribute("silent", "silent").as_deref(), Some("true"));
}

#[retriever]
fn search(query: &str) -> RetrievedDocuments {
    RetrievedDocuments::from_iter([Document::new(query).score(0.5)])
}

#[test]
fn record_types_serialize_as_readable_json() {
    let program = Program::start();
    search("Paris");
    let attribute = |key| program.attribute("search", key).unwrap();
    assert_eq!(attribute("output.value"), r#"[{"content":"Paris","score":0.5}]"#);
    assert_eq!(attribute("retrieval.documents.0.document.content"), "Paris");
    let message = SystemMessage::new("Be brief.");
    let messages = InputMessages::default().message(message).message(ToolMessage::new("c1", "x"));
    assert_eq!(
        serde_json::to_value(messages).unwrap(),
        json!([
            {"role": "system", "content": "Be brief."},
            {"role": "tool", "tool_call_id": "c1", "content": "x"},
        ])
    );
}

#[llm]
fn by_hand(_request: &Value) -> OutputMessages {
    let span = current_span();
    span.record(&InputMessages::default().message(UserMessage::new("by hand")));
    span.record(&OutputMessages::from_iter([AssistantMessage::new("by hand")]));
    OutputMessages::from_iter([AssistantMessage::new("returned"), AssistantMessage::new("two")])
}

#[test]
fn values_recorded_in_the_body_win() {
    let program = Program::start();
    by_hand(&json!({"model": "gpt-4o", "messages": [
        {"role": "system", "content": "shape"}, {"role": "user", "content": "shape"},
    ]}));
    let span = &program.spans()[0];
    let attributes = as_json(&span.attributes);
    assert_eq!(attributes["llm.input_messages.0.message.content"], "by hand");
    assert_eq!(attributes["llm.output_messages.0.message.content"], "by hand");
    assert!(attributes.keys().all(|key| !key.contains("_messages.1.")), "{attributes:?}");
    assert_eq!(attributes["llm.model_name"], "gpt-4o", "enriching adds missing attributes");
}

#[llm]
fn counted() -> impl Stream<Item = Option<TokenCount>> {
    stream::iter([Some(TokenCount::new(9, 1)), None, Some(TokenCount::new(9, 2))])
}

#[test]
fn stream_keeps_the_last_value_of_each_key() {
    let program = Program::start();
    block_on(counted().collect::<Vec<_>>());
    let attribute = program.attribute("counted", "llm.token_count.completion");
    assert_eq!(attribute.as_deref(), Some("2"));
}

#[test]
fn record_outside_a_span_does_nothing() {
    let _lock = Program::lock();
    current_span().record(&Panics);
}
