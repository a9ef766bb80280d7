//! Traces of single tests. The tests of this file run in parallel in one process, as those of a user
//! do, and take no lock.

use integration_tests::{InMemoryExporter, Page, child, is_child};
use std::path::PathBuf;
use std::process::Stdio;
use trace_runtime::opentelemetry::global;
use trace_runtime::opentelemetry::trace::{Tracer, TracerProvider};
use trace_runtime::testing::{RecordedSpan, record, record_async};
use trace_runtime::{InCurrentSpan, agent, in_current_span, llm, register, tool};

#[llm(model = "gpt-4o")]
fn ask(request: &serde_json::Value) -> serde_json::Value {
    serde_json::json!({
        "object": "chat.completion",
        "model": request["model"],
        "choices": [{"message": {"role": "assistant", "content": "It is\nsunny."}}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
    })
}

#[tool]
fn weather(city: &str) -> Result<String, String> {
    if city.is_empty() { Err("no city".to_owned()) } else { Ok(format!("sun in {city}")) }
}

#[agent]
fn plan(city: &str) -> String {
    let question = format!("Is it sunny in {city}?");
    let messages = [serde_json::json!({"role": "user", "content": question})];
    ask(&serde_json::json!({"model": "gpt-4o", "messages": messages}));
    weather(city).unwrap_or_default()
}

/// The tree of `plan`.
fn expected(city: &str) -> String {
    format!(
        "plan [AGENT] ok in={city} out=sun in {city}\n\
         \x20 ask [LLM] ok in=Is it sunny in {city}? out=It is sunny.\n\
         \x20 weather [TOOL] ok in={city} out=sun in {city}\n"
    )
}

#[test]
fn trace_of_an_agent_has_messages_and_token_counts() {
    let (plan, trace) = record(|| plan("Oslo"));
    assert_eq!(plan, "sun in Oslo");
    assert_eq!(trace.tree(), expected("Oslo"));
    let ask = trace.span("ask");
    assert_eq!(ask.attribute("llm.model_name"), Some("gpt-4o"));
    assert_eq!(ask.attribute("llm.token_count.total"), Some("12"));
    assert_eq!(ask.attribute("llm.output_messages.0.message.content"), Some("It is\nsunny."));
    assert_eq!((ask.kind(), ask.depth(), ask.error()), (Some("LLM"), 1, None));
    let children: Vec<_> = trace.children(trace.span("plan")).map(RecordedSpan::name).collect();
    assert_eq!(children, ["ask", "weather"]);
}

#[test]
fn traces_of_parallel_threads_contain_their_own_spans_only() {
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for round in 0..50 {
                    let city = format!("city-{thread}-{round}");
                    let (_, trace) = record(|| plan(&city));
                    assert_eq!(trace.tree(), expected(&city));
                }
            });
        }
    });
}

#[tokio::test]
async fn traces_of_parallel_tasks_on_one_thread_contain_their_own_spans_only() {
    let one = |city: &'static str| async move {
        let body = async {
            tokio::task::yield_now().await;
            let first = plan(city);
            tokio::task::yield_now().await;
            first
        };
        record_async(body).await.1.tree()
    };
    let trees = tokio::join!(one("Oslo"), one("Rome"), one("Lima"));
    assert_eq!(trees, (expected("Oslo"), expected("Rome"), expected("Lima")));
}

#[agent]
async fn delegate() -> usize {
    let thread = std::thread::spawn(in_current_span(|| weather("Oslo")));
    let task = tokio::spawn(async { weather("Rome") }.in_current_span());
    let answers = [thread.join().ok(), task.await.ok()];
    answers.into_iter().flatten().flatten().count()
}

#[tokio::test]
async fn spans_on_other_threads_and_tasks_are_recorded() {
    let (done, trace) = record_async(delegate()).await;
    assert_eq!(done, 2);
    let mut answers: Vec<_> =
        trace.spans_named("weather").filter_map(RecordedSpan::output).collect();
    answers.sort_unstable();
    assert_eq!(answers, ["sun in Oslo", "sun in Rome"]);
}

#[agent(root)]
fn begin_again() {}

#[agent]
fn outer() {
    begin_again();
    global::tracer_provider().tracer("other").in_span("native", |_| drop(weather("Oslo")));
}

#[test]
fn new_traces_and_native_spans_are_recorded() {
    // Other tests register and unregister a provider of the program meanwhile, so this one runs
    // alone in a child process.
    if is_child() {
        let ((), trace) = record(outer);
        assert_eq!(
            trace.tree(),
            "outer [AGENT] ok\n\
             \x20 native [-] unset\n\
             \x20   weather [TOOL] ok in=Oslo out=sun in Oslo\n\
             begin_again [AGENT] ok\n"
        );
        return;
    }
    let output = child("new_traces_and_native_spans_are_recorded").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn failed_tool_has_an_error() {
    let (result, trace) = record(|| weather(""));
    assert!(result.is_err());
    assert_eq!(trace.tree(), "weather [TOOL] error(String: no city)\n");
    assert_eq!(trace.span("weather").error(), Some("String: no city"));
}

#[test]
fn program_that_registers_inside_a_test_is_recorded_and_delivers() {
    // Spans of parallel tests that end after this registration would be lost to it, so this test
    // runs alone in a child process.
    if !is_child() {
        let name = "program_that_registers_inside_a_test_is_recorded_and_delivers";
        let output = child(name).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    let exporter = InMemoryExporter::default();
    let (result, trace) = record(|| {
        let registration =
            register().verbose(false).exporter(exporter.clone()).install().expect("none is active");
        plan("Oslo");
        registration.shutdown()
    });
    assert_eq!((result, trace.tree()), (Ok(()), expected("Oslo")));
    let names: Vec<_> = exporter.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["ask", "weather", "plan"]);
    // The recording continues without the registration of the program.
    assert_eq!(record(|| plan("Rome")).1.tree(), expected("Rome"));
}

#[test]
fn environment_that_disables_tracing_does_not_apply() {
    if is_child() {
        assert_eq!(record(|| plan("Oslo")).1.tree(), expected("Oslo"));
        return;
    }
    let mut child = child("environment_that_disables_tracing_does_not_apply");
    child.env("OTEL_SDK_DISABLED", "true").env("OTEL_TRACES_SAMPLER", "always_off");
    child.env("OPENINFERENCE_HIDE_INPUTS", "true");
    assert!(child.stdout(Stdio::null()).status().unwrap().success());
}

/// Runs a test that fails in a child, and returns its output.
fn output_of_failed(test: &str) -> String {
    let output = child(test).output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
fn failed_assertion_prints_the_tree() {
    if is_child() {
        let (_, trace) = record(|| plan("Oslo"));
        assert_eq!(trace.spans().len(), 4);
    } else {
        let output = output_of_failed("failed_assertion_prints_the_tree");
        assert!(output.contains(&format!("the recorded trace:\n{}", expected("Oslo"))), "{output}");
    }
}

/// Returns the path of the page that the output of a failed test names.
fn page_in(output: &str) -> PathBuf {
    let line = output.lines().find_map(|line| line.strip_prefix("the page of the trace: file://"));
    line.unwrap_or_else(|| panic!("no page in {output}")).into()
}

#[test]
fn failed_test_names_its_page() {
    if is_child() {
        let ((), first) = record(|| drop(plan("Oslo")));
        let ((), second) = record(|| drop(weather("")));
        assert_eq!(first.tree(), second.tree());
    } else {
        // The page is that of the last run.
        for _ in 0..2 {
            let path = page_in(&output_of_failed("failed_test_names_its_page"));
            let folder = path.parent().unwrap();
            assert!(folder.ends_with("traces") && path.extension().unwrap() == "html", "{path:?}");
            let mut names = Page::read(&path).names();
            names.sort();
            assert_eq!(names, ["ask", "plan", "weather", "weather"]);
        }
    }
}

#[test]
fn panic_inside_the_recording_prints_the_tree() {
    if is_child() {
        record(|| {
            let answer = plan("Oslo");
            assert_eq!(answer, "rain in Oslo");
        });
    } else {
        let output = output_of_failed("panic_inside_the_recording_prints_the_tree");
        assert!(output.contains(&expected("Oslo")), "{output}");
        assert!(page_in(&output).exists(), "{output}");
    }
}

#[test]
fn look_up_of_an_unknown_span_shows_the_tree() {
    if is_child() {
        let (_, trace) = record(|| plan("Oslo"));
        let _ = trace.span("search");
    } else {
        let output = output_of_failed("look_up_of_an_unknown_span_shows_the_tree");
        assert!(output.contains("no span is named `search`:\nplan [AGENT]"), "{output}");
    }
}
