//! The propagator that a registration sets, keeps or resets.

use super::{Message, SAMPLED, attached, handle, headers, injected, message, send};
use integration_tests::delivery::env_of_parent;
use integration_tests::{Program, child, is_child};
use trace_runtime::opentelemetry::baggage::BaggageExt;
use trace_runtime::opentelemetry::{Context, KeyValue, global};
use trace_runtime::opentelemetry_sdk::propagation::BaggagePropagator;
use trace_runtime::propagation::extract;
use trace_runtime::register;
use trace_runtime::scope::using_session;

#[test]
fn attached_provider_leaves_the_propagator_unless_asked() {
    let _lock = Program::lock();
    let (registration, _) = attached(|builder| builder);
    assert_eq!(send().1, Message::new());
    drop(registration);
    let (registration, exporter) = attached(|builder| builder.propagators(true));
    assert_eq!(send().1.len(), 1);
    handle(&headers([("traceparent", SAMPLED)]));
    drop(registration);
    assert_eq!(exporter.spans()[1].parent_span_id.to_string(), "b7ad6b7169203331");
    assert_eq!(injected(), Message::new());
}

#[test]
fn propagator_is_set_with_the_global_provider_and_reset_at_shutdown() {
    let fields_sent = || {
        let context = using_session("s").propagated().context();
        let _attached = context.attach();
        send().1.into_keys().collect::<Vec<_>>()
    };
    {
        let program = Program::start();
        assert_eq!(fields_sent(), ["baggage", "traceparent"]);
        program.registration.shutdown().unwrap();
        assert!(fields_sent().is_empty());
    }
    {
        let _program = Program::start_with(|builder| builder.set_global_tracer_provider(false));
        assert!(fields_sent().is_empty());
    }
    {
        let builder = |builder: trace_runtime::Builder| {
            builder.set_global_tracer_provider(false).propagators(true)
        };
        let _program = Program::start_with(builder);
        assert_eq!(fields_sent(), ["baggage", "traceparent"]);
    }
    let _lock = Program::lock();
    assert!(fields_sent().is_empty());
}

#[test]
fn propagator_of_the_program_is_kept_unless_replaced_explicitly() {
    // The propagator is global, so this test runs alone in a child process.
    if !is_child() {
        let name = "propagation::propagators::propagator_of_the_program_is_kept_unless_replaced_explicitly";
        let output = child(name).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    global::set_text_map_propagator(BaggagePropagator::new());
    let _attached = Context::current_with_baggage([KeyValue::new("k", "v")]).attach();
    let own = message([("baggage", "k=v")]);
    for is_explicit in [false, true] {
        let configure = |builder: trace_runtime::Builder| {
            if is_explicit { builder.propagators(false) } else { builder }
        };
        let program = Program::start_with(configure);
        assert_eq!(send().1, own);
        program.registration.shutdown().unwrap();
        assert_eq!(send().1, own);
    }
    let program = Program::start_with(|builder| builder.propagators(true));
    assert_eq!(send().1.len(), 2);
    program.registration.shutdown().unwrap();
    assert_eq!(send().1, Message::new());
}

#[test]
fn propagators_variable_selects_the_fields() {
    if is_child() {
        let _program = Program::start();
        let _attached = Context::current_with_baggage([KeyValue::new("k", "v")]).attach();
        let fields: Vec<_> = send().1.into_keys().collect();
        assert_eq!(fields.join(" "), env_of_parent("TEST_FIELDS"));
        return;
    }
    for (list, fields) in [
        ("tracecontext", "traceparent"),
        ("baggage", "baggage"),
        ("baggage, tracecontext,baggage", "baggage traceparent"),
        ("none", ""),
    ] {
        let mut command =
            child("propagation::propagators::propagators_variable_selects_the_fields");
        let output = command.env("OTEL_PROPAGATORS", list).env("TEST_FIELDS", fields).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{list}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn disabled_service_passes_on_its_callers_span() {
    if is_child() {
        let _registration = register().install().unwrap();
        let fields = message([("traceparent", SAMPLED), ("tracestate", "vendor=1")]);
        let _attached = extract(|name| fields.get(name)).attach();
        assert_eq!(send().1, fields);
        return;
    }
    let mut command =
        child("propagation::propagators::disabled_service_passes_on_its_callers_span");
    let output = command.env("OTEL_SDK_DISABLED", "true").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
