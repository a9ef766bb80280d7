//! Secrets are redacted by default, on every way by which a span leaves the process.

use integration_tests::{InMemoryExporter, Program, Receiver, child, is_child};
use trace_runtime::enrich::EnrichExporter;
use trace_runtime::mask::Mask;
use trace_runtime::opentelemetry::trace::{Span as _, SpanBuilder, Status, Tracer, TracerProvider};
use trace_runtime::opentelemetry::{KeyValue, global};
use trace_runtime::opentelemetry_sdk::trace::{SdkTracerProvider, SpanData};
use trace_runtime::{agent, chain, current_span, register, tool};

/// A password that no form gives away: only the name beside it tells.
const PASSWORD: &str = "correct horse";
const TOKEN: &str = "ghp_0123456789abcdefABCDEF0123456789abcd";

#[chain(attributes(api_key = PASSWORD, "db.password" = PASSWORD, note = "kept"))]
fn attributes() {
    let span = current_span();
    span.set_attribute("password", PASSWORD);
    span.set_attribute("api_keys", [PASSWORD, PASSWORD]);
    span.set_attribute("token_count", 3);
    span.add_event("login", [KeyValue::new("password", PASSWORD), KeyValue::new("user", "kept")]);
}

#[agent]
fn log_in(password: &str) {
    let _ = password;
}

#[chain]
fn open(api_key: &str) {
    let _ = api_key;
}

#[tool]
fn connect(host: &str, credentials: &str) -> String {
    let _ = credentials;
    format!("connected to {host}\nAPI_KEY=\"{PASSWORD}\"\n")
}

#[chain(name = format!("call with {TOKEN}"))]
fn named() -> Result<(), std::io::Error> {
    current_span().set_attribute(TOKEN, "value");
    current_span().add_event(format!("event {TOKEN}"), []);
    Err(std::io::Error::other(format!("refused\n{TOKEN}")))
}

/// Runs every function above.
fn everything() {
    attributes();
    log_in(PASSWORD);
    open(PASSWORD);
    connect("db", PASSWORD);
    named().unwrap_err();
    let mut span = global::tracer("other").start("request");
    span.set_attribute(KeyValue::new("http.request.header.authorization", PASSWORD));
    span.end();
}

/// Returns the text of all spans that contain a secret.
fn leaks(spans: &[SpanData]) -> Vec<String> {
    let texts = spans.iter().map(|span| format!("{span:?}"));
    texts.filter(|text| text.contains(PASSWORD) || text.contains(TOKEN)).collect()
}

#[test]
fn value_with_the_name_of_a_secret_is_redacted() {
    let program = Program::start();
    everything();
    assert_eq!(leaks(&program.spans()), [""; 0]);
    let attribute = |span, key| program.attribute(span, key).unwrap_or_default();
    for key in ["api_key", "db.password", "password", "api_keys"] {
        assert_eq!(attribute("attributes", key), "__REDACTED__", "{key}");
    }
    assert_eq!(attribute("attributes", "note"), "kept");
    assert_eq!(attribute("attributes", "token_count"), "3");
    assert_eq!(attribute("log_in", "input.value"), r#"{"password":"__REDACTED__"}"#);
    assert_eq!(attribute("open", "input.value"), r#"{"api_key":"__REDACTED__"}"#);
    let arguments = r#"{"host":"db","credentials":"__REDACTED__"}"#;
    assert_eq!(attribute("connect", "input.value"), arguments);
    let spans = program.spans();
    let events = &spans.iter().find(|span| span.name == "attributes").unwrap().events.events;
    let user = KeyValue::new("user", "kept");
    assert!(events[0].attributes.contains(&user), "{events:?}");
}

#[test]
fn secrets_reach_no_byte_of_an_export() {
    let _lock = Program::lock();
    let receiver = Receiver::http();
    let builder = register().endpoint(receiver.endpoint()).verbose(false);
    let builder = builder.resource_attribute("deploy.token", PASSWORD).project_name(TOKEN);
    let registration = builder.service_name(format!("service {TOKEN}")).install().unwrap();
    everything();
    registration.flush().unwrap();
    let received = receiver.received();
    assert!(!received.is_empty());
    for secret in [PASSWORD, TOKEN] {
        let is_secret = |window: &[u8]| window == secret.as_bytes();
        assert!(
            !received.iter().any(|it| it.body.windows(secret.len()).any(is_secret)),
            "{secret}"
        );
    }
}

#[test]
fn switched_off_scrubber_keeps_everything() {
    let program = Program::start_with(|builder| builder.mask(Mask::new().scrub_secrets(false)));
    everything();
    assert!(leaks(&program.spans()).len() > 5);
}

/// Records on an attached provider and through an `EnrichExporter`; returns the leaks of each.
fn leaks_of_own_providers() -> [usize; 2] {
    let exporter = InMemoryExporter::default();
    let builder = SdkTracerProvider::builder().with_simple_exporter(exporter.clone());
    let registration = register().provider(builder.build()).install().unwrap();
    everything();
    registration.shutdown().unwrap();
    let attached = leaks(&exporter.spans()).len();
    let exporter = InMemoryExporter::default();
    let enriching = EnrichExporter::new(exporter.clone());
    let provider = SdkTracerProvider::builder().with_simple_exporter(enriching).build();
    let builder = SpanBuilder::from_name("call").with_attributes([
        KeyValue::new("password", PASSWORD),
        KeyValue::new("input.value", format!("{{\"text\":\"first\\n{TOKEN}\"}}")),
    ]);
    let mut span = provider.tracer("application").build(builder);
    span.set_status(Status::error(format!("token {TOKEN}")));
    span.end();
    [attached, leaks(&exporter.spans()).len()]
}

#[test]
fn providers_of_the_application_receive_no_secrets() {
    let _lock = Program::lock();
    assert_eq!(leaks_of_own_providers(), [0, 0]);
}

#[test]
fn providers_of_the_application_receive_secrets_if_the_variable_says_so() {
    if is_child() {
        assert_eq!(leaks_of_own_providers().map(|leaks| leaks > 0), [true, true]);
        return;
    }
    let test = "secrets::providers_of_the_application_receive_secrets_if_the_variable_says_so";
    let output = child(test).env("TRACE_SCRUB_SECRETS", "false").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn debug_text_of_registration_and_processor_shows_no_value_that_waits() {
    let (_lock, receiver) = (Program::lock(), Receiver::http());
    let processor = register().verbose(false).endpoint(receiver.endpoint());
    let processor = processor.processor().unwrap();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    provider.tracer("test").in_span("question about Oslo", |_| {});
    let text = format!("{provider:?}");
    assert!(text.contains("DeliveryProcessor") && !text.contains("Oslo"), "{text}");

    let registration = register().verbose(false).endpoint(receiver.endpoint()).install().unwrap();
    connect("question about Oslo", "none");
    let text = format!("{registration:?}");
    assert!(text.contains("is_enabled: true") && !text.contains("Oslo"), "{text}");
}
