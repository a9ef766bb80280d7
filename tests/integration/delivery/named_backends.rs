//! The request that each named backend receives: method, path, headers, resource and attributes.
//!
//! The receiver answers as the documentation of the vendor describes: it refuses another path,
//! another content type, and a request without the headers that the vendor requires.

use futures_util::StreamExt;
use futures_util::stream::{self, Stream};
use integration_tests::delivery::install_with;
use integration_tests::receiver::Received;
use integration_tests::{Program, Receiver, Reply, block_on};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use trace_runtime::scope::{using_metadata, using_session};
use trace_runtime::{Backend, agent, embedding, llm, reranker, tool};

/// A key that no message of these tests may contain.
const SECRET: &str = "s3cr3t";

#[llm(model = "gpt-4o", attributes("llm.cost.total" = 0.5))]
fn answer(question: &str) -> impl Stream<Item = String> + use<> {
    stream::iter([question.to_owned(), "!".to_owned()])
}

/// A stream that is dropped before its end.
#[llm(model = "gpt-4o")]
fn cut(question: &str) -> impl Stream<Item = String> + use<> {
    stream::iter([question.to_owned(), "!".to_owned()])
}

#[reranker(model = "rank")]
fn rerank(query: &str) -> Vec<f64> {
    vec![query.len() as f64]
}

#[embedding(model = "small")]
fn embed(text: &str) -> Vec<f64> {
    vec![text.len() as f64]
}

#[tool]
fn search(query: &str) -> String {
    format!("found {query}")
}

#[agent]
async fn plan(task: &str) -> usize {
    embed(task);
    rerank(task);
    search(task);
    pin!(cut(task)).next().await;
    answer(task).count().await
}

/// The rules of a backend, and the attributes that it must receive.
struct Case {
    backend: Backend,
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
    resource: &'static [(&'static str, &'static str)],
    /// The name of a span, a key, and the value as text.
    attributes: &'static [(&'static str, &'static str, &'static str)],
    gen_ai: bool,
}

/// Returns the answer of a strict backend.
fn judge(request: &Received, path: &str, headers: &[(&'static str, &'static str)]) -> Reply {
    let has = |name: &str, value: &str| request.headers.get(name).is_some_and(|it| it == value);
    if (request.method.as_str(), request.path.as_str()) != ("POST", path) {
        return Reply::status(404, "unknown path");
    }
    if !has("content-type", "application/x-protobuf") {
        return Reply::status(415, "expected protobuf");
    }
    // A credential that the backend does not expect must not reach it.
    let expects_authorization = headers.iter().any(|(name, _)| *name == "authorization");
    if request.headers.contains_key("authorization") && !expects_authorization {
        return Reply::status(401, "an unexpected credential");
    }
    match headers.iter().find(|(name, value)| !has(name, value)) {
        Some((name, _)) => Reply::status(401, &format!("the header {name} is wrong")),
        None => Reply::default(),
    }
}

/// The values of attributes by key, as text.
type Attributes = BTreeMap<String, String>;

fn text(value: &AnyValue) -> String {
    match value.value.as_ref() {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::BoolValue(flag)) => flag.to_string(),
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        Some(any_value::Value::DoubleValue(number)) => number.to_string(),
        Some(any_value::Value::ArrayValue(list)) => {
            list.values.iter().map(text).collect::<Vec<_>>().join("|")
        }
        other => format!("{other:?}"),
    }
}

fn by_key(attributes: &[KeyValue]) -> Attributes {
    let pair = |kv: &KeyValue| (kv.key.clone(), kv.value.as_ref().map(text).unwrap_or_default());
    attributes.iter().map(pair).collect()
}

/// Runs the program with one more, ordinary collector. Returns the attributes of the resource and
/// of each span by name, in the backend and in the collector.
fn run(case: &Case) -> [(Attributes, BTreeMap<String, Attributes>); 2] {
    let (path, headers) = (case.path, case.headers);
    let receiver = Receiver::http_answering(move |_, request| judge(request, path, headers));
    let collector = Receiver::http();
    let backend = case.backend.clone().endpoint(receiver.endpoint());
    let (registration, messages) = install_with(|builder| {
        let builder = builder.project_name("demo").service_name("service");
        builder.endpoint(collector.endpoint()).backend(backend)
    });
    let scope = using_session("s1").user("ada").tags(["a", "b"]);
    scope.metadata("plan", "free").in_scope(|| block_on(plan("go")));
    using_metadata("n", 1).in_scope(|| search("alone"));
    let result = registration.shutdown();
    let messages = messages.lock().unwrap();
    assert!(result.is_ok() && messages.is_empty(), "{path}: {messages:?}");
    [&receiver, &collector].map(|receiver| {
        let requests = receiver.received();
        let first = &requests[0].request.resource_spans[0];
        let resource = by_key(&first.resource.as_ref().unwrap().attributes);
        let spans = receiver.spans().into_iter().rev();
        (resource, spans.map(|span| (span.name.clone(), by_key(&span.attributes))).collect())
    })
}

fn check(case: &Case) {
    let path = case.path;
    let [(resource, spans), (plain_resource, plain_spans)] = run(case);
    for (key, value) in case.resource {
        assert_eq!(resource.get(*key).map(String::as_str), Some(*value), "{path}: {key}");
    }
    for (name, key, value) in case.attributes {
        let found = spans[*name].get(*key).map(String::as_str);
        assert_eq!(found, Some(*value), "{path}: {key} of {name}");
        // They go to this backend alone.
        assert_eq!(plain_spans[*name].get(*key), None, "{path}: {key} of {name}");
    }
    let has_gen_ai = |spans: &BTreeMap<String, Attributes>| {
        spans["answer"].keys().any(|key| key.starts_with("gen_ai."))
    };
    assert_eq!((has_gen_ai(&spans), has_gen_ai(&plain_spans)), (case.gen_ai, false), "{path}");
    // No other attribute is added.
    let expected: BTreeSet<_> = case.attributes.iter().map(|(_, key, _)| *key).collect();
    for (name, attributes) in &spans {
        let is_expected = |key: &str| {
            key.starts_with("gen_ai.") || expected.contains(key) || TIMES.contains(&key)
        };
        let added = attributes.keys().filter(|key| !plain_spans[name].contains_key(*key));
        let unexpected: Vec<_> = added.filter(|key| !is_expected(key)).collect();
        assert!(unexpected.is_empty(), "{path}: {unexpected:?} of {name}");
    }
    // The attributes that both have are the same: nothing is removed for a backend.
    for (name, attributes) in &plain_spans {
        for (key, value) in attributes {
            assert_eq!(spans[name].get(key), Some(value), "{path}: {key} of {name}");
        }
    }
    let added = resource.keys().filter(|key| !plain_resource.contains_key(*key));
    let expected = case.resource.iter().filter(|(key, _)| !plain_resource.contains_key(*key));
    assert_eq!(added.count(), expected.count(), "{path}: {resource:?}");
}

/// The added attributes whose values are times.
const TIMES: [&str; 2] =
    ["langfuse.observation.completion_start_time", "braintrust.metrics.time_to_first_token"];

/// Creates a case without additions.
fn case(
    backend: Backend,
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
) -> Case {
    Case { backend, path, headers, resource: &[], attributes: &[], gen_ai: false }
}

const PROJECT: (&str, &str) = ("openinference.project.name", "demo");

#[test]
fn backends_with_the_conventions_of_phoenix_receive_no_other_attributes() {
    let _lock = Program::lock();
    let phoenix = Backend::phoenix().api_key(SECRET);
    check(&Case {
        resource: &[PROJECT],
        ..case(phoenix, "/v1/traces", &[("authorization", "Bearer s3cr3t")])
    });
    let headers: &[_] = &[("authorization", "Bearer s3cr3t"), ("api_key", SECRET)];
    check(&case(Backend::phoenix_cloud().api_key(SECRET), "/v1/traces", headers));
    let arize = Backend::arize().api_key(SECRET).variable("ARIZE_SPACE_ID", "space");
    let headers: &[_] =
        &[("authorization", SECRET), ("arize-space-id", "space"), ("arize-interface", "otel")];
    let arize = arize.variable("ARIZE_PROJECT_NAME", "other");
    let resource: &[_] = &[("openinference.project.name", "other")];
    check(&Case { resource, ..case(arize, "/v1/traces", headers) });
    let opik = Backend::opik().api_key(SECRET).variable("OPIK_WORKSPACE", "space");
    let headers: &[_] =
        &[("authorization", SECRET), ("comet-workspace", "space"), ("projectname", "demo")];
    check(&case(opik, "/v1/private/otel/v1/traces", headers));
    let mlflow = Backend::mlflow().api_key(SECRET).variable("MLFLOW_EXPERIMENT_ID", "3");
    let headers: &[_] = &[("authorization", "Bearer s3cr3t"), ("x-mlflow-experiment-id", "3")];
    check(&case(mlflow, "/v1/traces", headers));
}

#[test]
fn langfuse_receives_its_keys_and_the_values_that_it_reads_nowhere_else() {
    let _lock = Program::lock();
    let backend = Backend::langfuse()
        .variable("LANGFUSE_PUBLIC_KEY", "pk")
        .variable("LANGFUSE_SECRET_KEY", SECRET)
        .variable("LANGFUSE_TRACING_ENVIRONMENT", "staging")
        .variable("LANGFUSE_RELEASE", "1.2.3");
    let headers: &[_] =
        &[("authorization", "Basic cGs6czNjcjN0"), ("x-langfuse-ingestion-version", "4")];
    let case = Case {
        resource: &[("langfuse.environment", "staging"), ("langfuse.release", "1.2.3")],
        attributes: &[
            ("embed", "langfuse.observation.model.name", "small"),
            ("rerank", "langfuse.observation.model.name", "rank"),
            ("cut", "langfuse.observation.level", "WARNING"),
            ("plan", "langfuse.trace.metadata.plan", "free"),
        ],
        ..case(backend, "/api/public/otel/v1/traces", headers)
    };
    check(&case);
    let [(_, spans), _] = run(&case);
    let answer = &spans["answer"];
    let first = &answer["langfuse.observation.completion_start_time"];
    assert!(first.starts_with("20") && first.ends_with('Z'), "{first}");
    assert!(
        !answer.contains_key("langfuse.observation.level"),
        "only cancelled spans have a level"
    );
}

#[test]
fn langsmith_receives_threads_users_and_tags_on_every_span() {
    let _lock = Program::lock();
    let backend = Backend::langsmith().api_key(SECRET);
    let headers: &[_] = &[("x-api-key", SECRET), ("langsmith-project", "demo")];
    check(&Case {
        attributes: &[
            ("plan", "langsmith.metadata.thread_id", "s1"),
            ("embed", "langsmith.metadata.thread_id", "s1"),
            ("answer", "langsmith.metadata.thread_id", "s1"),
            ("answer", "langsmith.metadata.user_id", "ada"),
            ("answer", "langsmith.span.tags", "a,b"),
            ("answer", "langsmith.span.kind", "llm"),
        ],
        ..case(backend, "/otel/v1/traces", headers)
    });
}

/// The attributes that Braintrust receives besides those of the GenAI conventions.
const BRAINTRUST: &[(&str, &str, &str)] = &[
    ("plan", "braintrust.span_attributes", r#"{"type":"task"}"#),
    ("answer", "braintrust.span_attributes", r#"{"type":"llm"}"#),
    ("embed", "braintrust.span_attributes", r#"{"type":"function"}"#),
    ("plan", "braintrust.input_json", "\"go\""),
    ("plan", "braintrust.output_json", "2"),
    ("plan", "braintrust.metadata.session_id", "s1"),
    ("plan", "braintrust.metadata.user_id", "ada"),
    ("plan", "braintrust.metadata.plan", "free"),
    ("plan", "braintrust.tags", "a|b"),
    ("rerank", "braintrust.span_attributes", r#"{"type":"function"}"#),
    ("search", "braintrust.span_attributes", r#"{"type":"tool"}"#),
];

#[test]
fn braintrust_receives_gen_ai_attributes_and_json_of_other_spans() {
    let _lock = Program::lock();
    let backend = Backend::braintrust().api_key(SECRET);
    let headers: &[_] = &[("authorization", "Bearer s3cr3t"), ("x-bt-parent", "project_name:demo")];
    let case =
        Case { attributes: BRAINTRUST, gen_ai: true, ..case(backend, "/otel/v1/traces", headers) };
    check(&case);
    let [(_, spans), _] = run(&case);
    let seconds: f64 = spans["answer"]["braintrust.metrics.time_to_first_token"].parse().unwrap();
    assert!((0.0..60.0).contains(&seconds), "{seconds}");
}

#[test]
fn datadog_and_weave_receive_their_routing() {
    let _lock = Program::lock();
    let backend = Backend::datadog()
        .api_key(SECRET)
        .variable("DD_LLMOBS_ML_APP", "app")
        .variable("DD_ENV", "staging");
    let headers: &[_] =
        &[("dd-api-key", SECRET), ("dd-otlp-source", "llmobs"), ("dd-ml-app", "app")];
    check(&Case {
        resource: &[("deployment.environment.name", "staging"), ("service.name", "service")],
        attributes: &[("plan", "dd_llmobs_enabled", "true")],
        ..case(backend, "/v1/traces", headers)
    });
    let backend = Backend::weave().api_key(SECRET).variable("WANDB_ENTITY", "team");
    check(&Case {
        resource: &[("wandb.entity", "team"), ("wandb.project", "demo")],
        attributes: &[
            ("plan", "wandb.thread_id", "s1"),
            ("embed", "llm.model_name", "small"),
            ("rerank", "llm.model_name", "rank"),
        ],
        ..case(
            backend,
            "/agents/otel/v1/traces",
            &[("wandb-api-key", SECRET), ("project_id", "team/demo")],
        )
    });
}

#[test]
fn logfire_and_posthog_receive_gen_ai_attributes() {
    let _lock = Program::lock();
    let logfire = Backend::logfire().api_key(SECRET);
    check(&Case {
        attributes: &[("answer", "operation.cost", "0.5")],
        gen_ai: true,
        ..case(logfire, "/v1/traces", &[("authorization", SECRET)])
    });
    let posthog = Backend::posthog().api_key(SECRET);
    check(&Case {
        attributes: &[("answer", "$ai_session_id", "s1")],
        gen_ai: true,
        ..case(posthog, "/i/v0/ai/otel", &[("authorization", "Bearer s3cr3t")])
    });
}

#[test]
fn gen_ai_of_a_backend_is_set_for_it_alone() {
    let _lock = Program::lock();
    let backend = Backend::phoenix().gen_ai(true);
    check(&Case { gen_ai: true, ..case(backend, "/v1/traces", &[]) });
    let backend = Backend::braintrust().api_key(SECRET).gen_ai(false);
    let headers: &[_] = &[("authorization", "Bearer s3cr3t")];
    check(&Case { attributes: BRAINTRUST, ..case(backend, "/otel/v1/traces", headers) });
}

#[test]
fn failure_of_a_named_backend_names_it_and_no_key() {
    let _lock = Program::lock();
    let receiver = Receiver::http_answering(|_, _| Reply::status(401, ""));
    let backend = Backend::posthog().api_key(SECRET).endpoint(receiver.endpoint());
    let (registration, messages) = install_with(|builder| builder.backend(backend));
    search("go");
    let error = registration.shutdown().unwrap_err();
    let address = format!("PostHog at {}/i/v0/ai/otel", receiver.endpoint());
    assert_eq!(error.endpoint.as_deref(), Some(address.as_str()));
    assert_eq!(registration.stats()[0].destination, address);
    let messages = messages.lock().unwrap();
    let expected = format!(
        "{address} answered 401, 1 span not delivered: it rejected the API key from `api_key(..)`; \
         correct the key (the endpoint is from `endpoint(..)`)"
    );
    assert_eq!(*messages, [expected]);
    assert!(!format!("{error:?} {:?}", registration.stats()).contains(SECRET));
}
