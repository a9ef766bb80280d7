//! The types of `trace_runtime::record`, and the attributes of each.

use super::as_json;
use serde_json::{Map, Value, json};
use trace_runtime::record::{
    AssistantMessage, AssistantPart, Attributes, Audio, Document, Embedding, Embeddings,
    FinishReason, Image, InputMessages, InvocationParameters, Json, LlmModel, OutputMessages, Part,
    PromptTemplate, Reasoning, Record, RerankedDocuments, RerankerInput, RetrievedDocuments,
    SystemMessage, TokenCount, Tool, ToolCall, ToolMessage, Tools, UserMessage, Video,
};

fn recorded<T: Record + ?Sized>(value: &T) -> Map<String, Value> {
    as_json(&Attributes::of(value).into_iter().collect::<Vec<_>>())
}

fn assert_records<T: Record + ?Sized>(value: &T, expected: Value) {
    assert_eq!(Value::Object(recorded(value)), expected);
}

#[test]
fn input_messages_record_every_role_and_part() {
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
fn output_message_keeps_reasoning_and_tool_use_in_order() {
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
fn tokens_models_and_parameters_record_their_attributes() {
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
    let tool = Tool::new(Json::from_text("{}")).name("look").description("Looks.");
    assert_records(
        &Tools::from_iter([tool]),
        json!({
            "llm.tools.0.tool.json_schema": "{}", "llm.tools.0.tool.name": "look",
            "llm.tools.0.tool.description": "Looks.",
        }),
    );
}

#[test]
fn documents_and_embeddings_record_their_attributes() {
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
