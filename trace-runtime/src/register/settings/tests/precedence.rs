//! The precedence of code, environment variables and defaults.

use super::*;
use std::fmt::Debug;

/// Removes the variables one by one from the front, and expects the first remaining one to win.
fn assert_precedence<T: PartialEq + Debug>(
    read: impl Fn(&[(&str, &str)]) -> T,
    mut variables: &[(&str, &str)],
    mut expected: &[T],
) {
    while let [value, rest @ ..] = expected {
        assert_eq!(read(variables), *value, "with {variables:?}");
        variables = variables.get(1..).unwrap_or(&[]);
        expected = rest;
    }
}

#[test]
fn endpoint_in_code_wins_over_phoenix_then_traces_then_all_signals() {
    let variables = [
        ("PHOENIX_COLLECTOR_ENDPOINT", "http://phoenix:6006"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:4318/custom"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel:4318"),
    ];
    let url = |variables: &[(&str, &str)]| otlp(&register(), variables).endpoint.url;
    assert_precedence(
        url,
        &variables,
        &[
            "http://phoenix:6006/v1/traces".to_owned(),
            "http://traces:4318/custom".to_owned(),
            "http://otel:4318/v1/traces".to_owned(),
            "http://localhost:6006/v1/traces".to_owned(),
        ],
    );
    let in_code = register().endpoint("http://code:1234");
    assert_eq!(otlp(&in_code, &variables).endpoint.url, "http://code:1234/v1/traces");
}

#[test]
fn endpoint_as_base_or_complete_url_is_completed_once() {
    let table = [
        ("http://h:6006", "http://h:6006/v1/traces", "http://h:6006"),
        ("http://h:6006/", "http://h:6006/v1/traces", "http://h:6006"),
        ("http://h:6006/v1/traces", "http://h:6006/v1/traces", "http://h:6006"),
        ("http://h:6006/v1/traces/", "http://h:6006/v1/traces", "http://h:6006"),
        (
            "https://app.phoenix.arize.com/s/me",
            "https://app.phoenix.arize.com/s/me/v1/traces",
            "https://app.phoenix.arize.com/s/me",
        ),
        ("http://[::1]:9999/phx?a=b", "http://[::1]:9999/phx/v1/traces?a=b", "http://[::1]:9999"),
        ("http://h:4318", "http://h:4318/v1/traces", "http://h:4318"),
    ];
    for (given, url, base) in table {
        let endpoint = otlp(&register().endpoint(given), &[]).endpoint;
        assert_eq!(endpoint.url, url, "{given}");
        assert_eq!(endpoint.base(), base, "{given}");
        assert_eq!(endpoint.protocol, Protocol::HttpProtobuf, "{given}");
    }
}

#[test]
fn protocol_in_code_wins_over_variables_then_the_port() {
    let variables = [
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
    ];
    let protocol = |variables: &[(&str, &str)]| otlp(&register(), variables).endpoint.protocol;
    let expected = [Protocol::Grpc, Protocol::HttpProtobuf, Protocol::HttpProtobuf];
    assert_precedence(protocol, &variables, &expected);

    let in_code = register().protocol(Protocol::HttpProtobuf);
    assert_eq!(otlp(&in_code, &variables).endpoint.protocol, Protocol::HttpProtobuf);
    let by_port = register().endpoint("http://h:4317/");
    assert_eq!(otlp(&by_port, &[]).endpoint.protocol, Protocol::Grpc);
    assert_eq!(otlp(&by_port, &[]).endpoint.url, "http://h:4317");
    let grpc = register().protocol(Protocol::Grpc);
    assert_eq!(otlp(&grpc, &[]).endpoint.url, "http://localhost:4317");
    assert_eq!(otlp(&grpc.endpoint("http://h:9999"), &[]).endpoint.url, "http://h:9999");
}

#[test]
fn project_in_code_wins_over_phoenix_then_resource_attributes() {
    let variables = [
        ("PHOENIX_PROJECT", "canonical"),
        ("PHOENIX_PROJECT_NAME", "alias"),
        ("OTEL_RESOURCE_ATTRIBUTES", "openinference.project.name=from%20resource,a=b"),
    ];
    let project = |variables: &[(&str, &str)]| settings(&register(), variables).resource.project;
    let expected = ["canonical", "alias", "from resource", "default"].map(str::to_owned);
    assert_precedence(project, &variables, &expected);
    assert_eq!(settings(&register().project_name("code"), &variables).resource.project, "code");
}

#[test]
fn service_name_in_code_wins_over_its_variable_then_resource_attributes() {
    let variables = [
        ("OTEL_SERVICE_NAME", "service"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.name=from-resource,deployment=test"),
    ];
    let name = |variables: &[(&str, &str)]| settings(&register(), variables).resource.service_name;
    let expected = ["service", "from-resource", "program"].map(str::to_owned);
    assert_precedence(name, &variables, &expected);
    let in_code = register().service_name("code").resource_attribute("deployment", "code");
    let resource = settings(&in_code, &variables).resource;
    assert_eq!(resource.service_name, "code");
    assert_eq!(
        resource.attributes.into_iter().collect::<Vec<_>>(),
        [("deployment".into(), "code".into())]
    );
}

#[test]
fn credential_in_code_wins_over_phoenix_then_opentelemetry_headers() {
    let authorization = |builder: &Builder, variables: &[(&str, &str)]| {
        let headers = otlp(builder, variables).headers;
        let value = headers.iter().find(|(name, _)| *name == "authorization");
        value.map(|(_, value)| value.to_str().unwrap().to_owned())
    };
    let variables = [
        ("PHOENIX_API_KEY", "one"),
        ("PHOENIX_CLIENT_HEADERS", "Authorization=Bearer%20two,x=1"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "authorization=Bearer three"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20four"),
    ];
    let expected = ["one", "two", "three", "four"].map(|key| Some(format!("Bearer {key}")));
    assert_precedence(|variables| authorization(&register(), variables), &variables, &expected);
    assert_eq!(authorization(&register(), &[]), None);

    let empty = register().api_key(" ");
    assert_eq!(authorization(&empty, &variables).as_deref(), Some("Bearer one"));
    let header = register().header("Authorization", "Basic abc");
    assert_eq!(authorization(&header, &variables).as_deref(), Some("Basic abc"));
    let both = header.api_key("key");
    assert_eq!(authorization(&both, &variables).as_deref(), Some("Bearer key"));
}

#[test]
fn headers_of_all_sources_are_merged_and_code_wins() {
    let variables = [
        ("PHOENIX_CLIENT_HEADERS", "a=phoenix,b=phoenix"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=otel,c=otel%2Cwith comma"),
    ];
    let headers = otlp(&register().header("b", "earlier").header("B", "code"), &variables).headers;
    let headers: Vec<_> =
        headers.iter().map(|(n, v)| format!("{n}={}", v.to_str().unwrap())).collect();
    assert_eq!(headers, ["a=phoenix", "b=code", "c=otel,with comma"]);
}

#[test]
fn mask_in_code_wins_over_its_variables() {
    use crate::mask::Mask;
    let hides = |builder: &Builder, value: &str| {
        let variables = [("OPENINFERENCE_HIDE_INPUTS", value), ("TRACE_SCRUB_SECRETS", value)];
        format!("{:?}", settings(builder, &variables).delivery.stages.mask.unwrap())
    };
    let off = "MaskSettings { hidden: {}, image_bytes: 32000, scrub_secrets: false, .. }";
    let on = "MaskSettings { hidden: {Inputs}, image_bytes: 32000, scrub_secrets: true, .. }";
    for text in ["1", "yes", "on", "TRUE"] {
        assert_eq!(hides(&register(), text), on);
    }
    assert_eq!(hides(&register(), "0"), off);
    let mask = |hide| register().mask(Mask::new().hide_inputs(hide).scrub_secrets(hide));
    assert_eq!((hides(&mask(true), "0"), hides(&mask(false), "1")), (on.into(), off.into()));
    let old = [("OPENINFERENCE_HIDE_EMBEDDING_VECTORS", "true")];
    assert!(
        format!("{:?}", settings(&register(), &old).delivery.stages.mask.unwrap())
            .contains("EmbeddingsVectors")
    );
}

#[test]
fn mask_variable_with_attached_provider_is_an_error() {
    let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
    let message = error(&register().provider(provider), &[("OPENINFERENCE_HIDE_OUTPUTS", "1")]);
    assert!(
        message.starts_with("`provider(..)` and `OPENINFERENCE_HIDE_OUTPUTS` exclude each other"),
        "{message}"
    );
}

#[test]
fn gen_ai_in_code_wins_over_its_variable() {
    let variables = [("OPENINFERENCE_ENABLE_GENAI_SEMCONV", "yes")];
    assert_precedence(
        |it| settings(&register(), it).delivery.stages.gen_ai,
        &variables,
        &[true, false],
    );
    assert!(!settings(&register().gen_ai(false), &variables).delivery.stages.gen_ai);
}

#[cfg(feature = "opentelemetry-otlp")]
#[test]
fn client_certificate_for_traces_wins_over_the_one_for_all_signals() {
    let variables = [
        ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "all.pem"),
        ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "traces.pem"),
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "all.key"),
        ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "traces.key"),
    ];
    let identity = otlp(&register(), &variables).identity.expect("a pair");
    assert_eq!((&*identity.certificate.1, &*identity.key.1), ("traces.pem", "traces.key"));
}

#[cfg(not(feature = "opentelemetry-otlp"))]
#[test]
fn setting_that_needs_the_official_exporter_names_the_feature() {
    let table = [
        (
            &[
                ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "c.pem"),
                ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "k.pem"),
            ][..],
            "`OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE` requires a client that presents \
             certificates",
        ),
        (
            &[("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")][..],
            "`OTEL_EXPORTER_OTLP_PROTOCOL` requires OTLP in JSON",
        ),
        (
            &[("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd")][..],
            "`OTEL_EXPORTER_OTLP_COMPRESSION` requires compression with zstd",
        ),
    ];
    for (variables, expected) in table {
        assert_eq!(
            error(&register(), variables),
            format!("{expected}: enable the feature `opentelemetry-otlp` of trace-runtime")
        );
    }
    let in_code = register().protocol(Protocol::HttpJson);
    assert!(error(&in_code, &[]).starts_with("`protocol(..)` requires OTLP in JSON"));
}
