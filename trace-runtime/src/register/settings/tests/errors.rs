//! The error messages for invalid values.

use super::*;

/// Rows of variable, invalid value and error message.
const INVALID: &[(&str, &str, &str)] = &[
    (
        "PHOENIX_COLLECTOR_ENDPOINT",
        "localhost:6006",
        "`PHOENIX_COLLECTOR_ENDPOINT` is \"localhost:6006\": expected a URL that begins with http:// or https://, for example http://localhost:6006",
    ),
    (
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "ftp://h:21",
        "`OTEL_EXPORTER_OTLP_ENDPOINT` is \"ftp://h:21\": expected a URL that begins with http:// or https://, for example http://h:21",
    ),
    (
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "http://h:99999",
        "`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is \"http://h:99999\": expected a URL that begins with http:// or https://, for example http://localhost:6006",
    ),
    (
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "http",
        "`OTEL_EXPORTER_OTLP_PROTOCOL` is \"http\": expected http/protobuf, http/json or grpc, write http/protobuf",
    ),
    (
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "json",
        "`OTEL_EXPORTER_OTLP_PROTOCOL` is \"json\": expected http/protobuf, http/json or grpc",
    ),
    (
        "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
        "c.pem",
        "`OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE` is \"c.pem\": expected a certificate with its key: set OTEL_EXPORTER_OTLP_CLIENT_KEY to the PEM file of the key",
    ),
    (
        "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY",
        "k.pem",
        "`OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY` is \"k.pem\": expected a key with its certificate: set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE to its PEM file",
    ),
    (
        "OTEL_SDK_DISABLED",
        "maybe",
        "`OTEL_SDK_DISABLED` is \"maybe\": expected one of true, false, 1, 0, yes, no, on, off",
    ),
    (
        "OPENINFERENCE_HIDE_INPUTS",
        "ture",
        "`OPENINFERENCE_HIDE_INPUTS` is \"ture\": expected one of true, false, 1, 0, yes, no, on, off",
    ),
    (
        "OPENINFERENCE_HIDE_EMBEDDING_VECTORS",
        "2",
        "`OPENINFERENCE_HIDE_EMBEDDING_VECTORS` is \"2\": expected one of true, false, 1, 0, yes, no, on, off",
    ),
    (
        "OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH",
        "32k",
        "`OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH` is \"32k\": expected a number of bytes, for example 32000",
    ),
    (
        "OPENINFERENCE_ENABLE_GENAI_SEMCONV",
        "sometimes",
        "`OPENINFERENCE_ENABLE_GENAI_SEMCONV` is \"sometimes\": expected one of true, false, 1, 0, yes, no, on, off",
    ),
    (
        "OTEL_TRACES_EXPORTER",
        "zipkin",
        "`OTEL_TRACES_EXPORTER` is \"zipkin\": expected otlp, console, none or a list of them",
    ),
    (
        "OTEL_TRACES_SAMPLER",
        "sometimes",
        "`OTEL_TRACES_SAMPLER` is \"sometimes\": expected one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio",
    ),
    (
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        "10s",
        "`OTEL_EXPORTER_OTLP_TIMEOUT` is \"10s\": expected a number of milliseconds, at least 1, for example 5000",
    ),
    (
        "OTEL_EXPORTER_OTLP_COMPRESSION",
        "br",
        "`OTEL_EXPORTER_OTLP_COMPRESSION` is \"br\": expected gzip, zstd or none",
    ),
    (
        "OTEL_BSP_MAX_QUEUE_SIZE",
        "many",
        "`OTEL_BSP_MAX_QUEUE_SIZE` is \"many\": expected a number of spans from 1 to 1000000, for example 2048",
    ),
    (
        "TRACE_QUEUE_BYTES",
        "256MB",
        "`TRACE_QUEUE_BYTES` is \"256MB\": expected a number of bytes, at least 65536, for example 268435456",
    ),
    (
        "OTEL_BSP_SCHEDULE_DELAY",
        "-1",
        "`OTEL_BSP_SCHEDULE_DELAY` is \"-1\": expected a number of milliseconds, at least 1, for example 5000",
    ),
    (
        "OTEL_BSP_EXPORT_TIMEOUT",
        "x",
        "`OTEL_BSP_EXPORT_TIMEOUT` is \"x\": expected a number of milliseconds, at least 1, for example 5000",
    ),
    (
        "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
        "x",
        "`OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT` is \"x\": expected a number of attributes, for example 10000",
    ),
    (
        "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
        "1MB",
        "`OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT` is \"1MB\": expected a number of bytes, for example 1048576",
    ),
    (
        "OTEL_RESOURCE_ATTRIBUTES",
        "novalue",
        "`OTEL_RESOURCE_ATTRIBUTES` is \"novalue\": expected pairs like key=value,other=value with percent-encoded values",
    ),
    (
        "PHOENIX_CLIENT_HEADERS",
        "secret",
        "`PHOENIX_CLIENT_HEADERS` is invalid (its value is not shown): expected pairs like name=value,other=value with percent-encoded values",
    ),
    (
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
        "x=1,=secret",
        "`OTEL_EXPORTER_OTLP_TRACES_HEADERS` is invalid (its value is not shown): expected pairs like name=value,other=value with percent-encoded values",
    ),
    (
        "OTEL_EXPORTER_OTLP_HEADERS",
        "na me=secret",
        "`OTEL_EXPORTER_OTLP_HEADERS` is invalid (its value is not shown): expected a header name and a value without line breaks",
    ),
    (
        "PHOENIX_API_KEY",
        "se\ncret",
        "`PHOENIX_API_KEY` is invalid (its value is not shown): expected a header name and a value without line breaks",
    ),
];

#[test]
fn invalid_variable_error_names_variable_value_and_accepted_values() {
    for (variable, value, message) in INVALID {
        assert_eq!(error(&register(), &[(variable, value)]), *message);
    }
    for zero_or_too_many in ["0", "1000001", "18446744073709551615"] {
        let message = error(&register(), &[("OTEL_BSP_MAX_QUEUE_SIZE", zero_or_too_many)]);
        assert!(message.contains("from 1 to 1000000"), "{message}");
    }
    assert!(error(&register(), &[("OTEL_EXPORTER_OTLP_TIMEOUT", "0")]).contains("at least 1"));
    assert!(error(&register(), &[("OTEL_TRACES_SAMPLER_ARG", "abc")]).contains("\"abc\""));
    for secret in ["user:s3cr3t@h:6006", "https:/user:s3cr3t@h", "h:1?api_key=s3cr3t"] {
        let message = error(&register(), &[("PHOENIX_COLLECTOR_ENDPOINT", secret)]);
        assert!(!message.contains("s3cr3t"), "{message}");
    }
    let sampler = [("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "1.5")];
    assert_eq!(
        error(&register(), &sampler),
        "`OTEL_TRACES_SAMPLER_ARG` is \"1.5\": expected a number from 0 to 1, for example 0.25"
    );
}

#[test]
fn invalid_argument_error_names_method_value_and_accepted_values() {
    let table = [
        (
            register().endpoint(""),
            "`endpoint(..)` is \"\": expected a URL that begins with http:// or https://, for example http://localhost:6006",
        ),
        (
            register().endpoint("http://"),
            "`endpoint(..)` is \"http://\": expected a URL that begins with http:// or https://, for example http://localhost:6006",
        ),
        (
            register().endpoint("http://user:pw@h"),
            "`endpoint(..)` is invalid (its value is not shown): expected a URL without a user name and password: give them with `api_key(..)` or `header(..)`",
        ),
        (
            register().header("bad name", "secret"),
            "`header(..)` is invalid (its value is not shown): expected a header name and a value without line breaks",
        ),
        (
            register().api_key("sec\r\nret"),
            "`api_key(..)` is invalid (its value is not shown): expected a header name and a value without line breaks",
        ),
        (
            register().queue_bytes(1000),
            "`queue_bytes(..)` is \"1000\": expected a number of bytes, at least 65536, for example 268435456",
        ),
        (
            register().sample_ratio(f64::NAN),
            "`sample_ratio(..)` is \"NaN\": expected a number from 0 to 1, for example 0.25",
        ),
    ];
    for (builder, message) in table {
        assert_eq!(error(&builder, &[]), message);
    }
}

#[test]
fn debug_output_contains_no_secret() {
    let builder = register().api_key("s3cr3t").header("x-other", "s3cr3t");
    assert!(!format!("{builder:?}").contains("s3cr3t"));
    let settings = settings(&builder, &[("PHOENIX_CLIENT_HEADERS", "y=s3cr3t")]);
    assert!(!format!("{settings:?}").contains("s3cr3t"));
    assert!(format!("{settings:?}").contains("x-other"), "the names are shown");
}
