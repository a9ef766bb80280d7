//! What is recorded with the types of `record`, on the current span or by a value itself.

use super::as_json;
use futures_util::stream::{self, Stream, StreamExt};
use integration_tests::{Program, block_on};
use serde::Serialize;
use serde_json::{Map, Value, json};
use trace_runtime::record::{
    AssistantMessage, AssistantPart, Attributes, Audio, Document, Embedding, Embeddings,
    FinishReason, Image, InputMessages, InvocationParameters, Json, LlmModel, OutputMessages, Part,
    PromptTemplate, Reasoning, Record, RerankedDocuments, RerankerInput, RetrievedDocuments,
    SystemMessage, TokenCount, ToolCall, ToolDefinition, ToolDefinitions, ToolMessage, UserMessage,
    Video,
};
use trace_runtime::{chain, current_span, llm, retriever};

fn recorded<T: Record + ?Sized>(value: &T) -> Map<String, Value> {
    as_json(&Attributes::of(value).into_iter().collect::<Vec<_>>())
}

fn assert_records<T: Record + ?Sized>(value: &T, expected: Value) {
    assert_eq!(Value::Object(recorded(value)), expected);
}

#[test]
fn messages_of_every_role_and_part() {
    let messages = InputMessages::default()
        .message(SystemMessage::new("Be brief."))
        .message(
            UserMessage::new([
                Part::text("What is this?"),
                Image::base64("image/png", "iVBO").into(),
                Audio::new("https://a.example/a.wav").transcript("hm").into(),
                Video::new("https://a.example/v.mp4").into(),
                Document::at("s3://b/a.pdf").name("a.pdf").into(),
            ])
            .name("ada"),
        )
        .message(
            AssistantMessage::default().tool_call(ToolCall::new("look", json!({"at": 1})).id("c1")),
        )
        .message(ToolMessage::new("c1", "a cat").name("look"));
    let parts = "llm.input_messages.1.message.contents";
    assert_records(
        &messages,
        json!({
            "llm.input_messages.0.message.role": "system",
            "llm.input_messages.0.message.content": "Be brief.",
            "llm.input_messages.1.message.role": "user",
            "llm.input_messages.1.message.name": "ada",
            format!("{parts}.0.message_content.type"): "text",
            format!("{parts}.0.message_content.text"): "What is this?",
            format!("{parts}.1.message_content.type"): "image",
            format!("{parts}.1.message_content.image.image.url"): "data:image/png;base64,iVBO",
            format!("{parts}.2.message_content.type"): "audio",
            format!("{parts}.2.message_content.audio.audio.url"): "https://a.example/a.wav",
            format!("{parts}.2.message_content.audio.audio.transcript"): "hm",
            format!("{parts}.3.message_content.type"): "video",
            format!("{parts}.3.message_content.video.video.url"): "https://a.example/v.mp4",
            format!("{parts}.4.message_content.type"): "document",
            format!("{parts}.4.message_content.document.document.url"): "s3://b/a.pdf",
            format!("{parts}.4.message_content.document.document.name"): "a.pdf",
            "llm.input_messages.2.message.role": "assistant",
            "llm.input_messages.2.message.tool_calls.0.tool_call.id": "c1",
            "llm.input_messages.2.message.tool_calls.0.tool_call.function.name": "look",
            "llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments": r#"{"at":1}"#,
            "llm.input_messages.3.message.role": "tool",
            "llm.input_messages.3.message.name": "look",
            "llm.input_messages.3.message.tool_call_id": "c1",
            "llm.input_messages.3.message.content": "a cat",
        }),
    );
}

#[test]
fn an_answer_with_reasoning_and_tool_use_in_its_order() {
    let answer = AssistantMessage::new([
        Reasoning::new("a cat?").signature("sig").into(),
        AssistantPart::text("Let me look."),
        ToolCall::new("look", json!({})).id("c1").into(),
    ]);
    let parts = "llm.output_messages.0.message.contents";
    assert_records(
        &OutputMessages::from_iter([answer]),
        json!({
            "llm.output_messages.0.message.role": "assistant",
            format!("{parts}.0.message_content.type"): "reasoning",
            format!("{parts}.0.message_content.text"): "a cat?",
            format!("{parts}.0.message_content.signature"): "sig",
            format!("{parts}.1.message_content.type"): "text",
            format!("{parts}.1.message_content.text"): "Let me look.",
            format!("{parts}.2.message_content.type"): "tool_use",
            format!("{parts}.2.tool_call.id"): "c1",
            format!("{parts}.2.tool_call.function.name"): "look",
            format!("{parts}.2.tool_call.function.arguments"): "{}",
        }),
    );
}

#[test]
fn tokens_models_and_settings() {
    assert_records(
        &TokenCount::new(13, 7).cache_read(4).cache_write(2).reasoning(3).prompt_audio(1),
        json!({
            "llm.token_count.prompt": 13, "llm.token_count.completion": 7,
            "llm.token_count.total": 20, "llm.token_count.prompt_details.cache_read": 4,
            "llm.token_count.prompt_details.cache_write": 2,
            "llm.token_count.prompt_details.audio": 1,
            "llm.token_count.completion_details.reasoning": 3,
        }),
    );
    assert_records(
        &LlmModel::default().requested("gpt-4o").system("OpenAI").provider("Azure"),
        json!({
            "llm.model_name": "gpt-4o", "llm.request.model_name": "gpt-4o",
            "llm.system": "openai", "llm.provider": "azure",
        }),
    );
    assert_records(&FinishReason::new("stop"), json!({"llm.finish_reason": "stop"}));
    assert_records(
        &InvocationParameters::new(json!({"temperature": 0.2})),
        json!({"llm.invocation_parameters": r#"{"temperature":0.2}"#}),
    );
    assert_records(
        &PromptTemplate::new("{a}").variables(json!({"a": 1})).version("2"),
        json!({
            "llm.prompt_template.template": "{a}", "llm.prompt_template.version": "2",
            "llm.prompt_template.variables": r#"{"a":1}"#,
        }),
    );
    let tool = ToolDefinition::new(Json::from_text("{}")).name("look").description("Looks.");
    assert_records(
        &ToolDefinitions::from_iter([tool]),
        json!({
            "llm.tools.0.tool.json_schema": "{}", "llm.tools.0.tool.name": "look",
            "llm.tools.0.tool.description": "Looks.",
        }),
    );
}

#[test]
fn documents_and_vectors() {
    let document = Document::new("Paris").id("1").score(0.5).metadata(json!({"page": 2}));
    assert_records(
        &RetrievedDocuments::from_iter([document]),
        json!({
            "retrieval.documents.0.document.id": "1",
            "retrieval.documents.0.document.content": "Paris",
            "retrieval.documents.0.document.score": 0.5,
            "retrieval.documents.0.document.metadata": r#"{"page":2}"#,
        }),
    );
    assert_records(
        &RerankerInput::new("where").documents([Document::new("a")]).model("m").top_k(1),
        json!({
            "reranker.query": "where", "reranker.model_name": "m", "reranker.top_k": 1,
            "reranker.input_documents.0.document.content": "a",
        }),
    );
    assert_records(
        &RerankedDocuments::from_iter([Document::new("a").score(1.0)]),
        json!({
            "reranker.output_documents.0.document.content": "a",
            "reranker.output_documents.0.document.score": 1.0,
        }),
    );
    let embedding = Embedding::default().text("hi").vector([0.5_f32, 1.0]);
    assert_records(
        &Embeddings::default().model("m").embedding(embedding),
        json!({
            "embedding.model_name": "m", "embedding.embeddings.0.embedding.text": "hi",
            "embedding.embeddings.0.embedding.vector": [0.5, 1.0],
        }),
    );
}

/// A user's own type, with text.
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

/// Neither `Serialize` nor `Debug`: attributes are all there is.
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
    assert_eq!(attribute("before").as_deref(), Some("1"), "a panic keeps what was before it");
}

#[chain]
fn silent() -> Silent {
    Silent
}

#[test]
fn attributes_alone_are_no_output_text() {
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
fn the_types_read_well_as_text_too() {
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
fn what_is_recorded_in_the_body_wins() {
    let program = Program::start();
    by_hand(&json!({"model": "gpt-4o", "messages": [
        {"role": "system", "content": "shape"}, {"role": "user", "content": "shape"},
    ]}));
    let span = &program.spans()[0];
    let attributes = as_json(&span.attributes);
    assert_eq!(attributes["llm.input_messages.0.message.content"], "by hand");
    assert_eq!(attributes["llm.output_messages.0.message.content"], "by hand");
    assert!(attributes.keys().all(|key| !key.contains("_messages.1.")), "{attributes:?}");
    assert_eq!(attributes["llm.model_name"], "gpt-4o", "what is missing is still added");
}

#[llm]
fn counted() -> impl Stream<Item = Option<TokenCount>> {
    stream::iter([Some(TokenCount::new(9, 1)), None, Some(TokenCount::new(9, 2))])
}

#[test]
fn of_a_stream_the_last_value_of_a_key_counts() {
    let program = Program::start();
    block_on(counted().collect::<Vec<_>>());
    let attribute = program.attribute("counted", "llm.token_count.completion");
    assert_eq!(attribute.as_deref(), Some("2"));
}

#[test]
fn outside_of_a_span_nothing_happens() {
    let _turn = Program::turn();
    current_span().record(&Panics);
}
