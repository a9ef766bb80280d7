//! Masking: hidden inputs and outputs, secrets, images, and a callback for each attribute.

use integration_tests::{Program, Receiver};
use serde_json::{Value, json};
use trace_runtime::opentelemetry::Value as AttributeValue;
use trace_runtime::opentelemetry::trace::Status;
use trace_runtime::record::{Document, Json, PromptTemplate, RetrievedDocuments};
use trace_runtime::{
    agent, chain, current_span, embedding, llm,
    mask::{Mask, Masked},
    register, retriever,
    scope::using_metadata,
    tool,
};

/// The text that the values below contain.
const SECRET: &str = "Xyzzy-plugh";

#[derive(Debug, thiserror::Error)]
#[error("it contains Xyzzy-plugh")]
struct Refused(#[source] std::num::ParseIntError);

#[llm]
fn ask(request: Value) -> Value {
    let _ = request;
    json!({
        "id": "1", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini",
        "choices": [{
            "index": 0,
            "finish_reason": "stop",
            "message": {
                "role": "assistant",
                "content": SECRET,
                "tool_calls": [{
                    "id": "c", "type": "function",
                    "function": { "name": "look_up", "arguments": format!("{{\"a\":\"{SECRET}\"}}") },
                }],
            },
        }],
        "usage": { "prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11 },
    })
}

fn request() -> Value {
    json!({
        "model": "gpt-4o-mini",
        "stop": SECRET,
        "messages": [
            { "role": "system", "content": SECRET },
            { "role": "user", "content": [{ "type": "text", "text": SECRET }] },
        ],
        "tools": [{ "type": "function", "function": { "name": "t", "description": SECRET } }],
    })
}

#[tool(parameters = json!({ "description": SECRET }))]
fn fail(text: &str) -> Result<(), Refused> {
    let parsed: Result<u8, _> = text.parse();
    parsed.map(drop).map_err(Refused)
}

#[retriever]
fn documents(query: &str) -> RetrievedDocuments {
    RetrievedDocuments::from_iter([Document::new(query).id("1").score(0.5)])
}

#[embedding]
fn embed(request: Value) -> Value {
    let _ = request;
    let data = json!([{ "object": "embedding", "index": 0, "embedding": [0.25] }]);
    json!({ "object": "list", "model": "m", "data": data, "usage": { "prompt_tokens": 1, "total_tokens": 1 } })
}

#[chain]
fn panics(text: &str) {
    panic!("{text}");
}

#[agent]
fn everything(text: &str) -> String {
    let template =
        PromptTemplate::new(SECRET).variables(Json::from_text(format!("{{\"a\":\"{SECRET}\"}}")));
    using_metadata("note", SECRET).prompt_template(template).in_scope(|| {
        ask(request());
        fail(SECRET).unwrap_err();
        documents(SECRET);
        embed(json!({ "model": "m", "input": [SECRET] }));
        let _ = std::panic::catch_unwind(|| panics(SECRET));
        current_span().record_error(&Refused("x".parse::<u8>().unwrap_err()));
    });
    text.to_owned()
}

/// Runs `everything` with this mask; returns the body of the single export request.
fn exported(mask: Mask) -> Vec<u8> {
    let _lock = Program::lock();
    let receiver = Receiver::http();
    let builder = register().endpoint(receiver.endpoint()).verbose(false).mask(mask);
    let registration = builder.install().unwrap();
    everything(SECRET);
    registration.flush().unwrap();
    let [only] = receiver.received().try_into().expect("one export");
    only.body
}

fn occurrences(body: &[u8]) -> usize {
    body.windows(SECRET.len()).filter(|window| *window == SECRET.as_bytes()).count()
}

#[test]
fn hidden_inputs_and_outputs_leak_no_byte_of_a_secret() {
    let open = occurrences(&exported(Mask::new()));
    assert!(open > 25, "expected the secret in many places, found {open}");
    let hidden = exported(Mask::new().hide_inputs(true).hide_outputs(true));
    assert_eq!(occurrences(&hidden), 0);
}

#[test]
fn hidden_inputs_and_outputs_keep_other_attributes() {
    let program = Program::start_with(|builder| {
        builder.mask(Mask::new().hide_inputs(true).hide_outputs(true))
    });
    ask(request());
    let attribute = |key| program.attribute("ask", key);
    assert_eq!(attribute("llm.model_name").as_deref(), Some("gpt-4o-mini"));
    assert_eq!(attribute("llm.token_count.prompt").as_deref(), Some("9"));
    assert_eq!(attribute("llm.finish_reason").as_deref(), Some("stop"));
    assert_eq!(attribute("input.value").as_deref(), Some("__REDACTED__"));
    assert_eq!(attribute("input.mime_type"), None);
    let fail = fail("x");
    assert!(fail.is_err());
    let status = &program.spans()[1].status;
    assert_eq!(*status, Status::Error { description: "__REDACTED__".into() });
}

#[test]
fn attribute_callback_decides_on_each_attribute() {
    let mask = Mask::new().attribute(|key, value, kind| match key {
        "input.value" => Masked::Replace(format!("{kind:?} {}", value.as_str().len()).into()),
        "output.value" => panic!("cannot tell"),
        "code.line.number" => {
            assert!(matches!(value, AttributeValue::I64(_)));
            Masked::Drop
        }
        "exception.message" | "otel.status_description" => Masked::Replace("a mistake".into()),
        _ => Masked::Keep,
    });
    let program = Program::start_with(|builder| builder.mask(mask));
    documents("query");
    assert_eq!(program.attribute("documents", "input.value").as_deref(), Some("Some(Retriever) 5"));
    assert_eq!(program.attribute("documents", "output.value"), None);
    assert_eq!(program.attribute("documents", "code.line.number"), None);
    assert!(program.attribute("documents", "code.file.path").is_some());
    fail("x").unwrap_err();
    assert!(program.tree().contains("fail [TOOL] error(a mistake)"), "{}", program.tree());
    assert!(!program.tree().contains(SECRET), "{}", program.tree());
}

#[tool]
fn call(headers: &str) -> String {
    current_span().set_attribute("env", ["A_TOKEN=0123456789", "A=1"]);
    headers.to_owned()
}

#[test]
fn secrets_are_scrubbed_unless_disabled() {
    let headers = "authorization: Bearer 0123456789abcdef0123";
    let recorded = |mask| {
        let program = Program::start_with(|builder| builder.mask(mask));
        assert_eq!(call(headers), headers);
        let attribute = |key| program.attribute("call", key).unwrap();
        (attribute("output.value"), attribute("env"))
    };
    let scrubbed = "authorization: Bearer __REDACTED__".to_owned();
    assert_eq!(recorded(Mask::new()), (scrubbed, r#"["A_TOKEN=__REDACTED__","A=1"]"#.to_owned()));
    assert_eq!(recorded(Mask::new().scrub_secrets(false)).0, headers);
}

#[chain]
fn look(image: &str) -> usize {
    image.len()
}

#[test]
fn large_base64_images_are_redacted() {
    let image = format!("data:image/png;base64,{}", "A".repeat(40_000));
    let seen = |mask| {
        let program = Program::start_with(|builder| builder.mask(mask));
        look(&image);
        program.attribute("look", "input.value").unwrap()
    };
    assert_eq!(seen(Mask::new()), "__REDACTED__");
    assert_eq!(seen(Mask::new().base64_image_max_length(50_000)), image);
}

#[test]
fn mask_with_an_attached_provider_fails_install() {
    let provider = trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
    let error = register().provider(provider).mask(Mask::new()).install().unwrap_err();
    assert!(
        error.to_string().starts_with("`provider(..)` and `mask(..)` exclude each other"),
        "{error}"
    );
}
