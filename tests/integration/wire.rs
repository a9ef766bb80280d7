//! What is sent over HTTP.

use integration_tests::{Program, Receiver, Reply};
use trace_runtime::{Builder, chain, register};

#[chain]
fn work(n: u32) -> u32 {
    n
}

/// Runs `work` against a receiver and returns it.
fn sent_to(receiver: Receiver, configure: impl FnOnce(Builder) -> Builder) -> Receiver {
    let _turn = Program::turn();
    let builder = register().verbose(false).endpoint(receiver.endpoint());
    let registration = configure(builder).install().unwrap();
    work(1);
    registration.shutdown().unwrap();
    receiver
}

#[test]
fn the_request_is_what_phoenix_takes() {
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
fn the_resource_says_who_sends() {
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
fn without_batching_every_span_goes_at_once() {
    let receiver = Receiver::http();
    let _turn = Program::turn();
    let registration =
        register().verbose(false).endpoint(receiver.endpoint()).batch(false).install().unwrap();
    for n in 0..3 {
        work(n);
    }
    registration.flush().unwrap();
    assert_eq!(receiver.received().len(), 3);
}

#[test]
fn an_exporter_and_an_endpoint_in_code_both_receive() {
    let program = Receiver::http();
    let running = Program::start_with(|builder| builder.endpoint(program.endpoint()));
    work(1);
    assert_eq!(running.spans().len(), 1);
    assert_eq!(program.spans().len(), 1);
}

#[test]
fn long_values_reach_the_wire_whole_up_to_the_limit() {
    let receiver = Receiver::http();
    let _turn = Program::turn();
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
fn a_slow_answer_is_waited_for() {
    let answer = |_: usize, _: &_| Reply {
        delay: std::time::Duration::from_millis(300),
        ..Reply::default()
    };
    let receiver = sent_to(Receiver::http_answering(answer), |builder| builder);
    assert_eq!(receiver.spans().len(), 1);
}
