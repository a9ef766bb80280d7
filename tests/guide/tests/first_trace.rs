//! The program of the first chapter prints the trace that the chapter shows.

use std::process::Command;
use trace_runtime::{agent, llm, tool};

const CHAPTER: &str = include_str!("../../../docs/guide/first-trace.md");
const VARIABLE: &str = "RUN_THE_FIRST_PROGRAM";

#[llm(model = "gpt-4o", provider = "openai")]
#[expect(clippy::unused_async, reason = "stands for one that awaits")]
async fn ask(prompt: &str) -> String {
    format!("an answer to {prompt}") // call your model here
}

#[tool(name = "weather", description = "The weather of a city")]
fn weather(city: &str) -> String {
    format!("sun in {city}")
}

#[agent]
async fn plan(task: &str) -> String {
    let forecast = weather("Oslo");
    ask(&format!("{task}, given {forecast}")).await
}

/// The program, in the process that the test below starts.
#[tokio::test]
async fn first_program() {
    if std::env::var_os(VARIABLE).is_some() {
        let builder = trace_runtime::register().project_name("travel").console(true);
        let _registration = builder.install().unwrap();
        plan("Plan a trip").await;
    }
}

/// Replaces each duration and the id of the trace, which change from run to run.
fn normalized(line: &str) -> String {
    let is_duration =
        |word: &str| word.starts_with(|first: char| first.is_ascii_digit()) && word.ends_with('s');
    let indent = line.len() - line.trim_start().len();
    let words = line.split_whitespace().map(|word| if is_duration(word) { "1ms" } else { word });
    let text = words.collect::<Vec<_>>().join(" ");
    let text = if text.starts_with("trace ") { "trace 1".to_owned() } else { text };
    format!("{}{text}", &line[..indent])
}

#[test]
fn trace_that_the_chapter_shows_is_printed() {
    let executable = std::env::current_exe().unwrap();
    let mut command = Command::new(executable);
    command.args(["--exact", "first_program", "--nocapture"]);
    command.env(VARIABLE, "1").env("OTEL_TRACES_EXPORTER", "none");
    let printed = command.output().unwrap().stderr;
    let printed = String::from_utf8(printed).unwrap();
    let printed: Vec<_> = printed.lines().map(normalized).collect();
    let (_, shown) = CHAPTER.split_once("```text\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let shown: Vec<_> = shown.lines().map(normalized).collect();
    assert!(printed.ends_with(&shown), "{printed:#?}");
}

#[test]
fn functions_of_this_test_are_those_of_the_chapter() {
    let (_, code) = CHAPTER.split_once("```rust\n").unwrap();
    let (functions, _) = code.split_once("#[tokio::main]").unwrap();
    let own = include_str!("first_trace.rs");
    for line in functions.lines().skip(1) {
        assert!(own.contains(line), "{line}");
    }
}
