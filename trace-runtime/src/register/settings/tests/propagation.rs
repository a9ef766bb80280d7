//! The formats of the global propagator, and the parent in the environment.

use super::*;
use opentelemetry_sdk::trace::SdkTracerProvider;

fn propagation(builder: &Builder, variables: &[(&str, &str)]) -> PropagationSettings {
    PropagationSettings::resolve(builder, &Environment::from_pairs(variables)).unwrap()
}

#[test]
fn propagators_are_set_with_the_global_provider_or_when_asked() {
    let provider = SdkTracerProvider::default;
    let both = |replace| {
        Some(Propagators { trace_context: true, baggage: true, replace, ..Propagators::default() })
    };
    for (builder, expected) in [
        (register(), both(false)),
        (register().propagators(true), both(true)),
        (register().propagators(false), None),
        (register().set_global_tracer_provider(false), None),
        (register().set_global_tracer_provider(false).propagators(true), both(true)),
        (register().provider(provider()), None),
        (register().provider(provider()).propagators(true), both(true)),
    ] {
        assert_eq!(propagation(&builder, &[]).propagators, expected, "{builder:?}");
    }
}

#[test]
fn propagator_names_select_formats() {
    for (names, trace_context, baggage) in [
        ("", true, true),
        ("tracecontext", true, false),
        (" baggage , tracecontext ", true, true),
        ("none", false, false),
    ] {
        let settings = propagation(&register(), &[("OTEL_PROPAGATORS", names)]);
        let expected = Propagators { trace_context, baggage, ..Propagators::default() };
        assert_eq!(settings.propagators, Some(expected), "{names}");
    }
}

#[test]
fn session_is_taken_from_baggage_only_if_baggage_is_read() {
    let builder = register().session_from_baggage(true);
    let session = |names| {
        let settings = propagation(&builder, &[("OTEL_PROPAGATORS", names)]);
        settings.propagators.unwrap().session
    };
    assert!(session("tracecontext,baggage") && !session("tracecontext"));
    assert!(!propagation(&register(), &[]).propagators.unwrap().session);
}

#[test]
fn unknown_propagator_is_an_error_that_lists_the_known_ones() {
    let variables = [("OTEL_PROPAGATORS", "tracecontext,b3")];
    let environment = Environment::from_pairs(&variables);
    let error = PropagationSettings::resolve(&register(), &environment).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`OTEL_PROPAGATORS` is \"tracecontext,b3\": expected tracecontext, baggage, none or a list \
         of them, for example tracecontext,baggage; to use another format, set its propagator in \
         code and call `propagators(false)`"
    );
    let settings = propagation(&register().propagators(false), &variables);
    assert_eq!(settings.propagators, None);
}

#[test]
fn parent_of_the_environment_is_read_on_request() {
    let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let variables = [("TRACEPARENT", valid), ("TRACESTATE", "vendor=1")];
    assert!(!propagation(&register(), &variables).parent.is_valid());
    let parent = propagation(&register().parent_from_environment(), &variables).parent;
    assert!(parent.is_remote() && parent.is_sampled());
    assert_eq!(parent.span_id().to_string(), "b7ad6b7169203331");
    assert_eq!(parent.trace_state().get("vendor"), Some("1"));
    let invalid = [("TRACEPARENT", "00-1-2-01"), ("TRACESTATE", "vendor=1")];
    assert!(!propagation(&register().parent_from_environment(), &invalid).parent.is_valid());
}

#[test]
fn hosts_are_named_whole_with_a_port_or_below_a_domain() {
    let named = ["Gateway.internal", "localhost:4000", ".example.com"];
    let settings = propagation(&register().propagate_to_hosts(named), &[]);
    for (host, port, expected) in [
        ("gateway.INTERNAL", Some(443), true),
        ("localhost", Some(4000), true),
        ("localhost", Some(8000), false),
        ("localhost", None, false),
        ("a.b.example.com", Some(443), true),
        ("example.com", Some(443), false),
        ("notexample.com", Some(443), false),
        ("gateway.internal.example.org", Some(443), false),
    ] {
        assert_eq!(settings.propagates_to(host, port), expected, "{host} {port:?}");
    }
}
