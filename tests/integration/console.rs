//! The trace tree on stderr, read from a child process.

use integration_tests::{Program, child, is_child};
use std::process::Stdio;
use trace_runtime::{agent, llm, register};

#[llm]
fn ask(question: &str) -> String {
    format!("{question}\nin two lines")
}

#[agent]
fn run() -> usize {
    ask("why").len() + ask("how").len()
}

#[test]
fn tree_goes_to_stderr_and_nothing_to_stdout() {
    if is_child() {
        let _lock = Program::lock();
        let _registration = register().project_name("p").install().unwrap();
        run();
        return;
    }
    let test = "console::tree_goes_to_stderr_and_nothing_to_stdout";
    let output =
        child(test).stdout(Stdio::piped()).env("OTEL_TRACES_EXPORTER", "console").output().unwrap();
    assert!(output.status.success());
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(!stdout.contains("why") && !stdout.contains("project"), "{stdout}");

    let stderr = String::from_utf8(output.stderr).unwrap();
    let words =
        |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
    let lines: Vec<Vec<String>> = stderr.lines().map(words).collect();
    assert_eq!(lines[0].join(" "), "tracing to project p");
    assert_eq!(lines[1][0], "trace");
    let shape: Vec<String> =
        lines[2..].iter().map(|line| [&line[..2], &line[3..]].concat().join(" ")).collect();
    assert_eq!(
        shape,
        [
            "run [AGENT] ok in: {} out: 32",
            r#"ask [LLM] ok in: {"question":"why"} out: why in two lines"#,
            r#"ask [LLM] ok in: {"question":"how"} out: how in two lines"#,
        ]
    );
    let indents: Vec<usize> =
        stderr.lines().skip(2).map(|line| line.len() - line.trim_start().len()).collect();
    assert_eq!(indents, [2, 4, 4]);
}
