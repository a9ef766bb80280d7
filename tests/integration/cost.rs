//! The cost of calls, on decoded spans.

use integration_tests::{Program, Receiver, TempFolder, child, is_child};
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use trace_runtime::http::Exchange;
use trace_runtime::{Builder, RegisterError, agent, llm, register};

/// A table with round prices: dollars for a million tokens.
fn table() -> String {
    let model = json!({
        "id": "gpt-x", "match": {"equals": "gpt-x"},
        "prices": {"input_mtok": 4, "cache_read_mtok": 1, "output_mtok": 8},
    });
    let provider = json!({
        "id": "openai", "name": "OpenAI", "api_pattern": "openai", "models": [model],
    });
    json!([provider]).to_string()
}

/// Writes a file of prices.
fn file(content: &str) -> (TempFolder, PathBuf) {
    let folder = TempFolder::new();
    fs::create_dir_all(folder.path()).unwrap();
    let path = folder.path().join("prices.json");
    fs::write(&path, content).unwrap();
    (folder, path)
}

fn response(model: &str, usage: &Value) -> Value {
    json!({
        "model": model,
        "choices": [{"message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
        "usage": usage,
    })
}

fn usage(prompt: u64, completion: u64) -> Value {
    json!({"prompt_tokens": prompt, "completion_tokens": completion})
}

#[llm(provider = "openai")]
fn ask(model: &str, usage: &Value) -> Value {
    response(model, usage)
}

/// Runs a program with a registration and returns the spans that a backend received.
fn sent(configure: impl FnOnce(Builder) -> Builder, program: impl FnOnce()) -> Vec<Span> {
    let _lock = Program::lock();
    let receiver = Receiver::http();
    let (_folder, path) = file(&table());
    let builder = register().verbose(false).endpoint(receiver.endpoint()).prices(path);
    let registration = configure(builder).install().unwrap();
    program();
    registration.shutdown().unwrap();
    receiver.spans()
}

/// Returns an attribute as text.
fn attribute(span: &Span, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Any::DoubleValue(number) => Some(format!("{number:.6}")),
        Any::StringValue(text) => Some(text.clone()),
        other => Some(format!("{other:?}")),
    }
}

fn total(spans: &[Span]) -> Vec<Option<String>> {
    spans.iter().map(|span| attribute(span, "llm.cost.total")).collect()
}

#[test]
fn known_model_has_an_estimated_cost_that_says_so() {
    let mut usage = usage(1000, 100);
    usage["prompt_tokens_details"] = json!({"cached_tokens": 400});
    let spans = sent(|builder| builder, || drop(ask("gpt-x", &usage)));
    let costs = [
        ("llm.cost.prompt", "0.002800"),
        ("llm.cost.completion", "0.000800"),
        ("llm.cost.total", "0.003600"),
        ("llm.cost.prompt_details.input", "0.002400"),
        ("llm.cost.prompt_details.cache_read", "0.000400"),
        ("metadata", r#"{"cost_estimated_from":"prices.json"}"#),
    ];
    for (key, expected) in costs {
        assert_eq!(attribute(&spans[0], key).as_deref(), Some(expected), "{key}");
    }
}

#[test]
fn unknown_model_has_no_cost() {
    let spans = sent(|builder| builder, || drop(ask("gpt-y", &usage(1000, 100))));
    let has_cost = |key: &str| key.starts_with("llm.cost") || key == "metadata";
    assert!(!spans[0].attributes.iter().any(|attribute| has_cost(&attribute.key)));
}

#[test]
fn stated_cost_wins_over_the_estimate() {
    let mut stated = usage(1000, 100);
    stated["cost"] = json!(0.25);
    let spans = sent(|builder| builder, || drop(ask("gpt-x", &stated)));
    assert_eq!(total(&spans), [Some("0.250000".to_owned())]);
    assert_eq!(attribute(&spans[0], "llm.cost.prompt"), None);
    assert_eq!(attribute(&spans[0], "metadata"), None);
}

#[test]
fn cost_that_the_program_records_wins_over_a_stated_one() {
    #[llm(provider = "openai")]
    fn ask_by_hand() -> Value {
        trace_runtime::current_span().record(&trace_runtime::record::Cost::new(0.5, 1.5));
        let mut stated = usage(1000, 100);
        stated["cost"] = json!(0.25);
        response("gpt-x", &stated)
    }
    let spans = sent(|builder| builder, || drop(ask_by_hand()));
    assert_eq!(total(&spans), [Some("2.000000".to_owned())]);
}

/// Runs an exchange with OpenAI, with a header of the response.
fn exchange(usage: &Value, header: (&str, &str)) {
    let url = "https://api.openai.com/v1/chat/completions";
    let request = json!({"model": "gpt-x", "messages": [{"role": "user", "content": "Hi"}]});
    let mut exchange = Exchange::begin("POST", url, request.to_string().as_bytes()).unwrap();
    exchange.status(200);
    exchange.header(header.0, header.1);
    exchange.chunk(response("gpt-x", usage).to_string().as_bytes());
    exchange.end();
}

#[test]
fn cost_in_a_header_of_a_proxy_is_stated() {
    let program = || {
        exchange(&usage(1000, 100), ("X-LiteLLM-Response-Cost", "0.25"));
        exchange(&usage(1000, 100), ("x-litellm-response-cost", "0.0"));
    };
    let spans = sent(|builder| builder, program);
    assert_eq!(total(&spans), [Some("0.250000".to_owned()), Some("0.004800".to_owned())]);
}

#[test]
fn calls_in_a_call_are_priced_once() {
    #[llm]
    fn ask_twice() -> Value {
        for _ in 0..2 {
            exchange(&usage(1000, 100), ("x", "y"));
        }
        let mut sum = usage(2000, 200);
        sum["cost"] = json!(9);
        response("gpt-x", &sum)
    }
    #[llm]
    fn ask_once() -> String {
        exchange(&usage(1000, 100), ("x", "y"));
        "answer".to_owned()
    }
    #[agent]
    fn plan() {
        ask_twice();
        ask_once();
    }
    let spans = sent(|builder| builder, plan);
    let mut costs: Vec<_> = spans
        .iter()
        .map(|span| (span.name.as_str(), attribute(span, "llm.cost.total").unwrap_or_default()))
        .collect();
    costs.sort();
    let expected = [
        ("ask_once", "0.004800"),
        ("ask_twice", ""),
        ("chat gpt-x", "0.004800"),
        ("chat gpt-x", "0.004800"),
        ("plan", ""),
    ];
    assert_eq!(costs, expected.map(|(name, cost)| (name, cost.to_owned())));
}

#[test]
fn stated_cost_of_a_stream_is_read_from_its_last_chunk() {
    #[llm]
    fn stream() -> Vec<Value> {
        let mut stated = usage(1000, 100);
        stated["cost"] = json!(0.25);
        vec![
            json!({"model": "gpt-x", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}),
            json!({"model": "gpt-x", "choices": [], "usage": stated}),
        ]
    }
    let spans = sent(|builder| builder, || drop(stream()));
    assert_eq!(total(&spans), [Some("0.250000".to_owned())]);
}

#[test]
fn file_that_is_no_table_is_an_error_of_install() {
    let _lock = Program::lock();
    let (_folder, path) = file("{}");
    let error = register().prices(&path).install().unwrap_err();
    assert!(matches!(error, RegisterError::Prices { .. }), "{error}");
    let begin = format!("`prices(..)` names {}, which is not a table of prices (", path.display());
    assert!(error.to_string().starts_with(&begin), "{error}");
}

#[test]
fn console_marks_costs_of_the_table_in_the_variable_as_estimates() {
    if is_child() {
        let _lock = Program::lock();
        let _registration = register().verbose(false).install().unwrap();
        ask("gpt-x", &usage(1000, 100));
        return;
    }
    let (_folder, path) = file(&table());
    let mut child = child("cost::console_marks_costs_of_the_table_in_the_variable_as_estimates");
    child.env("OTEL_TRACES_EXPORTER", "console").env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1");
    child.env("TRACE_PRICES", &path).env("LC_ALL", "C.UTF-8").env("COLUMNS", "80");
    let output = child.stdout(Stdio::piped()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && stderr.contains(" ≈$0.0048 "), "{stderr}");
}
