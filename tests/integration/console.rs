//! The trace tree on stderr, read from a child process.

use futures_util::stream::{FuturesUnordered, StreamExt};
use integration_tests::{Program, block_on, child, is_child};
use std::io::Write;
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

#[llm(model = "gpt-4o")]
fn fail(question: &str) -> Result<String, String> {
    Err(format!("\u{1b}[2Jno answer to {question}"))
}

/// Runs a test of this file as a child that prints to the console, and returns its stderr.
fn stderr_of(test: &str, variables: &[(&str, &str)]) -> String {
    let mut child = child(test);
    child.env("OTEL_TRACES_EXPORTER", "console").envs(variables.iter().copied());
    for name in ["LC_ALL", "LC_CTYPE", "LANG", "TERM", "COLUMNS"] {
        child.env_remove(name);
    }
    let output = child.stdout(Stdio::piped()).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn forced_colours_print_columns_with_errors_in_red() {
    if is_child() {
        let _lock = Program::lock();
        let _registration = register().verbose(false).install().unwrap();
        assert!(fail("why").is_err());
        return;
    }
    let test = "console::forced_colours_print_columns_with_errors_in_red";
    let stderr = stderr_of(test, &[("CLICOLOR_FORCE", "1")]);
    assert!(stderr.contains("\u{1b}[1;31mfail\u{1b}[0m  \u{1b}[2mgpt-4o\u{1b}[0m"), "{stderr:?}");
    assert!(
        stderr.contains("\u{1b}[31merror: String: [2Jno answer to why\u{1b}[0m\n"),
        "{stderr:?}"
    );
    assert!(!stderr.contains("\u{1b}[2J"), "{stderr:?}");
}

#[test]
fn traces_are_never_torn_by_other_output() {
    if is_child() {
        let _lock = Program::lock();
        let _registration = register().verbose(false).install().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let _ = writeln!(std::io::stderr(), "other output");
                        run();
                    }
                });
            }
        });
        return;
    }
    let stderr = stderr_of("console::traces_are_never_torn_by_other_output", &[]);
    let lines: Vec<_> = stderr.lines().filter(|line| *line != "other output").collect();
    assert_eq!(lines.len(), 4 * 200 * 4);
    for line in stderr.lines().collect::<Vec<_>>().windows(4) {
        if line[0].starts_with("trace ") {
            let names = line[1..].iter().map(|line| line.split_whitespace().next().unwrap());
            assert_eq!(names.collect::<Vec<_>>(), ["run", "ask", "ask"]);
        }
    }
}

#[agent]
async fn spawns_tasks() {
    for question in ["why", "how"] {
        tokio::spawn(async move { ask(question) }).await.unwrap();
    }
}

#[test]
fn tasks_spawned_in_a_function_give_one_hint_at_the_end() {
    if is_child() {
        let _lock = Program::lock();
        for _ in 0..2 {
            let _registration = register().verbose(false).install().unwrap();
            block_on(spawns_tasks());
        }
        return;
    }
    let stderr = stderr_of("console::tasks_spawned_in_a_function_give_one_hint_at_the_end", &[]);
    let expected = "trace-runtime: 2 traces began and ended while `spawns_tasks` ran, and are not \
                    part of its trace. If `spawns_tasks` spawned them, write \
                    `spawn(task.in_current_span())`, or `spawn(in_current_span(closure))` for a \
                    thread.";
    let hints: Vec<_> = stderr.lines().filter(|line| line.starts_with("trace-runtime")).collect();
    assert_eq!(hints, [expected]);
}

#[test]
fn requests_side_by_side_give_no_hint() {
    #[agent]
    async fn answers(barrier: &tokio::sync::Barrier) {
        barrier.wait().await;
        ask("why");
        barrier.wait().await;
    }
    if is_child() {
        let _lock = Program::lock();
        let _registration = register().verbose(false).install().unwrap();
        block_on(async {
            let barrier = tokio::sync::Barrier::new(8);
            let mut requests = FuturesUnordered::new();
            requests.extend((0..8).map(|_| answers(&barrier)));
            while requests.next().await.is_some() {}
        });
        // A short request of another sort, while a long one runs, and then alone.
        std::thread::scope(|scope| {
            let (started, wait) = std::sync::mpsc::channel();
            let (done, end) = std::sync::mpsc::channel::<()>();
            scope.spawn(move || long_request(&started, &end));
            wait.recv().unwrap();
            ask("how");
            ask("when");
            done.send(()).unwrap();
        });
        ask("where");
        return;
    }
    let stderr = stderr_of("console::requests_side_by_side_give_no_hint", &[]);
    assert!(stderr.contains("answers [AGENT]") && !stderr.contains("trace-runtime"), "{stderr}");
}

#[agent(skip_all)]
fn long_request(started: &std::sync::mpsc::Sender<()>, end: &std::sync::mpsc::Receiver<()>) {
    started.send(()).unwrap();
    end.recv().unwrap();
}
