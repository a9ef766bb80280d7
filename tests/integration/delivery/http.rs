//! Delivery over HTTP: path, headers, resource and batches.

use integration_tests::{Program, Receiver, Reply};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use trace_runtime::{Builder, chain, register};

#[chain]
fn work(n: u32) -> u32 {
    n
}

/// Ends one span with this receiver as the backend; returns the receiver.
fn sent_to(receiver: Receiver, configure: impl FnOnce(Builder) -> Builder) -> Receiver {
    let _lock = Program::lock();
    let builder = register().verbose(false).endpoint(receiver.endpoint());
    let registration = configure(builder).install().unwrap();
    work(1);
    registration.shutdown().unwrap();
    receiver
}

#[test]
fn request_has_the_path_and_headers_of_otlp() {
    let receiver =
        sent_to(Receiver::http(), |builder| builder.api_key("k3y").header("X-Other", "1"));
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].path, "/v1/traces");
    let headers = &received[0].headers;
    assert_eq!(headers["content-type"], "application/x-protobuf");
    assert_eq!(headers["authorization"], "Bearer k3y");
    assert_eq!(headers["x-other"], "1");
    assert!(headers["user-agent"].starts_with("trace-runtime/"));
}

#[test]
fn resource_has_project_service_and_sdk_attributes() {
    let receiver = sent_to(Receiver::http(), |builder| {
        builder.project_name("p").service_name("s").resource_attribute("deployment", "test")
    });
    let received = receiver.received();
    let resource = received[0].request.resource_spans[0].resource.clone().unwrap();
    let mut keys: Vec<_> = resource.attributes.iter().map(|kv| kv.key.as_str()).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "deployment",
            "openinference.project.name",
            "service.instance.id",
            "service.name",
            "telemetry.sdk.language",
            "telemetry.sdk.name",
            "telemetry.sdk.version",
        ]
    );
}

#[test]
fn resource_describes_the_process_with_the_types_of_the_conventions() {
    let receiver = sent_to(Receiver::http(), |builder| builder.deployment("1.2.3", "staging"));
    let received = receiver.received();
    let resource = received[0].request.resource_spans[0].resource.clone().unwrap();
    let value = |key: &str| {
        let found = resource.attributes.iter().find(|attribute| attribute.key == key)?;
        found.value.clone()?.value
    };
    assert_eq!(value("service.version"), Some(Value::StringValue("1.2.3".into())));
    assert_eq!(value("deployment.environment.name"), Some(Value::StringValue("staging".into())));
    assert_eq!(value("process.pid"), Some(Value::IntValue(std::process::id().into())));
    assert!(matches!(value("host.name"), Some(Value::StringValue(name)) if !name.is_empty()));
}

#[test]
fn batching_off_sends_each_span_alone() {
    let receiver = Receiver::http();
    let _lock = Program::lock();
    let registration =
        register().verbose(false).endpoint(receiver.endpoint()).batch(false).install().unwrap();
    for n in 0..3 {
        work(n);
    }
    registration.flush().unwrap();
    assert_eq!(receiver.received().len(), 3);
}

#[test]
fn exporter_and_endpoint_both_receive() {
    let program = Receiver::http();
    let running = Program::start_with(|builder| builder.endpoint(program.endpoint()));
    work(1);
    assert_eq!(running.spans().len(), 1);
    assert_eq!(program.spans().len(), 1);
}

#[test]
fn value_of_the_maximum_length_is_sent_whole() {
    let receiver = Receiver::http();
    let _lock = Program::lock();
    let registration = register().verbose(false).endpoint(receiver.endpoint()).install().unwrap();
    #[chain(skip_output)]
    fn long(text: &str) -> usize {
        text.len()
    }
    long(&"x".repeat(1 << 20));
    registration.shutdown().unwrap();
    let span = &receiver.spans()[0];
    let value = span.attributes.iter().find(|kv| kv.key == "input.value").unwrap();
    assert!(format!("{value:?}").len() > 1 << 20);
}

#[test]
fn slow_answer_is_awaited() {
    let answer = |_: usize, _: &_| Reply {
        delay: std::time::Duration::from_millis(300),
        ..Reply::default()
    };
    let receiver = sent_to(Receiver::http_answering(answer), |builder| builder);
    assert_eq!(receiver.spans().len(), 1);
}
