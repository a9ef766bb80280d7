//! Each backend: its variables, its address and headers, and the errors for wrong settings.

use super::super::Settings;
use super::*;
use crate::delivery::Protocol;
use crate::register::register;
use ureq::http::HeaderValue;

/// The values of keys in these tests contain this text, which no message may contain.
const SECRET: &str = "s3cr3t";

/// Backend, variables, URL, and headers in the order of their names.
type Row = (
    fn() -> Backend,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static [(&'static str, &'static str)],
);

const ROWS: &[Row] = &[
    (Backend::phoenix, &[], "http://localhost:6006/v1/traces", &[]),
    (
        Backend::phoenix,
        &[
            ("PHOENIX_COLLECTOR_ENDPOINT", "http://h:6006"),
            ("PHOENIX_API_KEY", "s3cr3t"),
            ("PHOENIX_CLIENT_HEADERS", "x-a=1"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://other"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-other=1"),
        ],
        "http://h:6006/v1/traces",
        &[("authorization", "Bearer s3cr3t"), ("x-a", "1")],
    ),
    (
        Backend::phoenix_cloud,
        &[
            ("PHOENIX_COLLECTOR_ENDPOINT", "https://app.phoenix.arize.com/s/me"),
            ("PHOENIX_API_KEY", "s3cr3t"),
        ],
        "https://app.phoenix.arize.com/s/me/v1/traces",
        &[("api_key", "s3cr3t"), ("authorization", "Bearer s3cr3t")],
    ),
    (
        Backend::arize,
        &[("ARIZE_SPACE_ID", "space"), ("ARIZE_API_KEY", "s3cr3t")],
        "https://otlp.arize.com/v1/traces",
        &[("arize-interface", "otel"), ("arize-space-id", "space"), ("authorization", "s3cr3t")],
    ),
    (
        Backend::langfuse,
        &[
            ("LANGFUSE_PUBLIC_KEY", "pk"),
            ("LANGFUSE_SECRET_KEY", "s3cr3t"),
            ("LANGFUSE_BASE_URL", "https://us.cloud.langfuse.com"),
            ("LANGFUSE_HOST", "https://old"),
        ],
        "https://us.cloud.langfuse.com/api/public/otel/v1/traces",
        &[("authorization", "Basic cGs6czNjcjN0"), ("x-langfuse-ingestion-version", "4")],
    ),
    (
        Backend::braintrust,
        &[("BRAINTRUST_API_KEY", "s3cr3t")],
        "https://api.braintrust.dev/otel/v1/traces",
        &[("authorization", "Bearer s3cr3t"), ("x-bt-parent", "project_name:default")],
    ),
    (
        Backend::braintrust,
        &[("BRAINTRUST_API_KEY", "s3cr3t"), ("BRAINTRUST_PARENT", "experiment_id:7")],
        "https://api.braintrust.dev/otel/v1/traces",
        &[("authorization", "Bearer s3cr3t"), ("x-bt-parent", "experiment_id:7")],
    ),
    (
        Backend::langsmith,
        &[
            ("LANGSMITH_API_KEY", "s3cr3t"),
            ("LANGSMITH_PROJECT", "p"),
            ("LANGSMITH_ENDPOINT", "https://h/api/v1"),
            ("LANGSMITH_WORKSPACE_ID", "w"),
        ],
        "https://h/api/v1/otel/v1/traces",
        &[("langsmith-project", "p"), ("x-api-key", "s3cr3t"), ("x-tenant-id", "w")],
    ),
    (
        Backend::opik,
        &[("OPIK_API_KEY", "s3cr3t"), ("OPIK_WORKSPACE", "w"), ("OPIK_PROJECT_NAME", "p")],
        "https://www.comet.com/opik/api/v1/private/otel/v1/traces",
        &[("authorization", "s3cr3t"), ("comet-workspace", "w"), ("projectname", "p")],
    ),
    (
        Backend::opik,
        &[("OPIK_URL_OVERRIDE", "http://localhost:5173/api")],
        "http://localhost:5173/api/v1/private/otel/v1/traces",
        &[],
    ),
    (
        Backend::mlflow,
        &[
            ("MLFLOW_TRACKING_URI", "http://h:5000/"),
            ("MLFLOW_EXPERIMENT_ID", "3"),
            ("MLFLOW_TRACKING_USERNAME", "ada"),
            ("MLFLOW_TRACKING_PASSWORD", "s3cr3t"),
        ],
        "http://h:5000/v1/traces",
        &[("authorization", "Basic YWRhOnMzY3IzdA=="), ("x-mlflow-experiment-id", "3")],
    ),
    (
        Backend::datadog,
        &[("DD_API_KEY", "s3cr3t"), ("DD_SITE", "datadoghq.eu"), ("DD_LLMOBS_ML_APP", "app")],
        "https://otlp.datadoghq.eu/v1/traces",
        &[("dd-api-key", "s3cr3t"), ("dd-ml-app", "app"), ("dd-otlp-source", "llmobs")],
    ),
    (
        Backend::weave,
        &[("WANDB_API_KEY", "s3cr3t"), ("WANDB_ENTITY", "team"), ("WANDB_PROJECT", "p")],
        "https://trace.wandb.ai/agents/otel/v1/traces",
        &[("project_id", "team/p"), ("wandb-api-key", "s3cr3t")],
    ),
    (
        Backend::logfire,
        &[("LOGFIRE_TOKEN", "pylf_v1_eu_s3cr3t")],
        "https://logfire-eu.pydantic.dev/v1/traces",
        &[("authorization", "pylf_v1_eu_s3cr3t")],
    ),
    (
        Backend::posthog,
        &[("POSTHOG_API_KEY", "s3cr3t"), ("POSTHOG_HOST", "https://eu.i.posthog.com")],
        "https://eu.i.posthog.com/i/v0/ai/otel",
        &[("authorization", "Bearer s3cr3t")],
    ),
];

fn resolved(given: &Backend, variables: &[(&str, &str)]) -> Result<OtlpSettings, RegisterError> {
    backend(given, &register(), &Environment::from_pairs(variables), "default")
}

fn headers(settings: &OtlpSettings) -> Vec<(&str, &str)> {
    let text = |(name, value)| (name, HeaderValue::to_str(value).unwrap());
    settings.headers.iter().map(text).collect()
}

#[test]
fn backend_with_its_variables_has_url_and_headers() {
    for (constructor, variables, url, expected) in ROWS {
        let settings = resolved(&constructor(), variables).unwrap();
        assert_eq!(settings.endpoint.url, *url);
        assert_eq!(headers(&settings), *expected, "{url}");
        let shown = format!("{:?} {:?}", settings.headers, settings.backend);
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn values_in_code_replace_every_variable() {
    for (constructor, variables, url, expected) in ROWS {
        let of_others = |name: &&str| !name.starts_with("OTEL_");
        let given = variables.iter().filter(|(name, _)| of_others(name));
        let backend = given.fold(constructor(), |it, (name, value)| it.variable(*name, *value));
        let wrong: Vec<_> = variables.iter().map(|(name, _)| (*name, "http://wrong")).collect();
        let settings = resolved(&backend, &wrong).unwrap();
        assert_eq!((settings.endpoint.url.as_str(), headers(&settings)), (*url, expected.to_vec()));
    }
}

#[test]
fn missing_variable_is_an_error_that_names_it() {
    type Row = (fn() -> Backend, &'static [(&'static str, &'static str)], &'static str);
    let rows: &[Row] = &[
        (
            Backend::langfuse,
            &[("LANGFUSE_PUBLIC_KEY", "s3cr3t")],
            "Langfuse needs `LANGFUSE_SECRET_KEY`, which is not set (set: `LANGFUSE_PUBLIC_KEY`): \
             expected the secret key of the project, sk-lf-..; write `export \
             LANGFUSE_SECRET_KEY=..`, or call `api_key(..)` on `Backend::langfuse()`",
        ),
        (
            Backend::arize,
            &[("ARIZE_API_KEY", "s3cr3t")],
            "Arize needs `ARIZE_SPACE_ID`, which is not set (set: `ARIZE_API_KEY`): expected the id \
             of the space, from its settings; write `export ARIZE_SPACE_ID=..`, or call \
             `variable(\"ARIZE_SPACE_ID\", ..)` on `Backend::arize()`",
        ),
        (
            Backend::langfuse,
            &[],
            "Langfuse needs `LANGFUSE_PUBLIC_KEY`, which is not set (none of ",
        ),
        (Backend::phoenix_cloud, &[], "Phoenix Cloud needs `PHOENIX_COLLECTOR_ENDPOINT`"),
        (Backend::arize, &[], "Arize needs `ARIZE_API_KEY`"),
        (Backend::braintrust, &[], "Braintrust needs `BRAINTRUST_API_KEY`"),
        (Backend::langsmith, &[], "LangSmith needs `LANGSMITH_API_KEY`"),
        (Backend::opik, &[], "Opik needs `OPIK_API_KEY`"),
        (Backend::opik, &[("OPIK_API_KEY", "s3cr3t")], "Opik needs `OPIK_WORKSPACE`"),
        (Backend::mlflow, &[], "MLflow needs `MLFLOW_TRACKING_URI`"),
        (
            Backend::mlflow,
            &[("MLFLOW_TRACKING_URI", "http://h")],
            "MLflow needs `MLFLOW_EXPERIMENT_ID`",
        ),
        (Backend::datadog, &[], "Datadog needs `DD_API_KEY`"),
        (Backend::weave, &[("WANDB_API_KEY", "s3cr3t")], "Weave needs `WANDB_ENTITY`"),
        (Backend::logfire, &[], "Logfire needs `LOGFIRE_TOKEN`"),
        (Backend::posthog, &[], "PostHog needs `POSTHOG_API_KEY`"),
    ];
    for (constructor, variables, expected) in rows {
        let error = resolved(&constructor(), variables).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
        assert!(!error.contains(SECRET), "{error}");
    }
}

#[test]
fn header_in_code_replaces_the_credential() {
    let backend = Backend::langfuse().header("Authorization", "Basic s3cr3t");
    let settings = resolved(&backend, &[]).unwrap();
    assert_eq!(headers(&settings)[0], ("authorization", "Basic s3cr3t"));
}

#[test]
fn setting_that_a_backend_cannot_use_is_an_error() {
    let typo = Backend::braintrust().variable("BRAINTRUST_KEY", "s3cr3t");
    assert_eq!(
        resolved(&typo, &[]).unwrap_err().to_string(),
        "`variable(..)` is \"BRAINTRUST_KEY\": expected a variable of `Backend::braintrust()`: \
         BRAINTRUST_API_KEY, BRAINTRUST_PARENT, BRAINTRUST_API_URL"
    );
    let grpc = Backend::braintrust().api_key("s3cr3t").protocol(Protocol::Grpc);
    assert_eq!(
        resolved(&grpc, &[]).unwrap_err().to_string(),
        "`protocol(..)` is \"Grpc\": expected HttpProtobuf: Braintrust accepts no gRPC"
    );
    let url = Backend::otlp("collector:4318");
    assert!(resolved(&url, &[]).unwrap_err().to_string().starts_with("`endpoint(..)` is \"coll"));
}

#[test]
fn project_in_code_wins_over_the_variable_of_the_backend() {
    let builder = register().project_name("mine");
    let variables = [("BRAINTRUST_API_KEY", "k"), ("BRAINTRUST_PARENT", "project_name:theirs")];
    let env = Environment::from_pairs(&variables);
    let parent = |given: &Backend| {
        let settings = backend(given, &builder, &env, "mine").unwrap();
        headers(&settings)[1].1.to_owned()
    };
    assert_eq!(parent(&Backend::braintrust()), "project_name:mine");
    let given = Backend::braintrust().variable("BRAINTRUST_PARENT", "project_id:7");
    assert_eq!(parent(&given), "project_id:7");
}

/// Returns the URLs of all OTLP destinations, that of the ordinary collector first.
fn urls(builder: &Builder, variables: &[(&str, &str)]) -> Vec<String> {
    let environment = Environment::from_pairs(variables);
    let settings = Settings::resolve(builder, &environment).unwrap();
    let all = settings.map(|settings| settings.otlp.into_iter().chain(settings.backends));
    all.into_iter().flatten().map(|otlp| otlp.endpoint.url).collect()
}

const PHOENIX: &str = "http://localhost:6006/v1/traces";
const OTHER: &str = "http://h/v1/traces";

#[test]
fn backends_in_code_replace_the_collector_unless_an_endpoint_is_given() {
    let backend = || register().backend(Backend::otlp("http://h")).backend(Backend::phoenix());
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c")];
    assert_eq!(urls(&backend(), &variables), [OTHER, PHOENIX]);
    let both = backend().endpoint("http://e");
    assert_eq!(urls(&both, &variables), ["http://e/v1/traces", OTHER, PHOENIX]);
}

#[test]
fn list_of_backends_replaces_the_collector_unless_it_is_listed() {
    let list = |names| [("TRACE_BACKENDS", names), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h")];
    assert_eq!(urls(&register(), &list("phoenix, Phoenix")), [PHOENIX]);
    assert_eq!(urls(&register(), &list("phoenix,otlp")), [OTHER, PHOENIX]);
    // Code takes precedence.
    assert_eq!(urls(&register().endpoint("http://h"), &list("phoenix")), [OTHER]);
    let in_code = register().backend(Backend::otlp("http://h"));
    assert_eq!(urls(&in_code, &list("langfuse")), [OTHER]);
    // A program without its usual variables can still switch tracing off.
    let disabled = [("TRACE_BACKENDS", "langfuse"), ("OTEL_SDK_DISABLED", "true")];
    assert!(urls(&register(), &disabled).is_empty());
    let none = [("TRACE_BACKENDS", "langfuse"), ("OTEL_TRACES_EXPORTER", "none")];
    assert!(urls(&register(), &none).is_empty());
}

#[test]
fn list_with_an_unknown_name_or_a_missing_credential_is_an_error() {
    let error = |names| {
        let environment = Environment::from_pairs(&[("TRACE_BACKENDS", names)]);
        Settings::resolve(&register(), &environment).unwrap_err().to_string()
    };
    assert_eq!(
        error("langfuse,langfuze"),
        "`TRACE_BACKENDS` is \"langfuse,langfuze\": expected phoenix, phoenix_cloud, arize, \
         langfuse, braintrust, langsmith, opik, mlflow, datadog, weave, logfire, posthog, otlp or a \
         list of them, for example langfuse,phoenix"
    );
    assert!(error("phoenix,langfuse").starts_with("Langfuse needs `LANGFUSE_PUBLIC_KEY`"));
}

#[test]
fn method_of_the_collector_without_an_endpoint_is_in_conflict_with_a_backend() {
    let builder = register().backend(Backend::phoenix()).api_key("s3cr3t");
    let error = builder.require_no_conflict().unwrap_err().to_string();
    assert!(error.starts_with("`backend(..)` and `api_key(..)` exclude each other"), "{error}");
    let builder = register().endpoint("http://h").backend(Backend::phoenix()).api_key("k");
    assert!(builder.require_no_conflict().is_ok());
}
