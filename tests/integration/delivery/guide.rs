//! The guide shows the messages that the crate prints: programs in processes of their own print them,
//! and each line that they print is a line of the guide.

use integration_tests::delivery::{env_of_parent, unused_endpoint};
use integration_tests::{Program, Receiver, Reply, child, is_child};
use std::collections::BTreeSet;
use std::time::Duration;
use trace_runtime::{Registration, agent, chain, register};

const TEST: &str = "delivery::guide::messages_in_the_guide_are_those_that_are_printed";
const PROGRAM: &str = "TEST_PROGRAM";
const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";

const TROUBLESHOOTING: &str = include_str!("../../../docs/guide/troubleshooting.md");
const FIRST_TRACE: &str = include_str!("../../../docs/guide/first-trace.md");

/// The address in the guide.
const SHOWN: &str = "http://localhost:6006";

#[chain]
fn work(n: u32) -> u32 {
    n
}

#[chain]
fn end_after(registration: Registration) {
    drop(registration);
}

#[chain]
fn shorten(text: &str) -> usize {
    text.len()
}

#[agent]
fn plan() {
    for n in 0..2 {
        std::thread::spawn(move || work(n)).join().unwrap();
    }
}

/// Runs one of the programs, in a child process.
fn run(program: &str) {
    let builder = register().project_name("travel");
    let builder = match program {
        "not installed" => {
            work(0);
            return;
        }
        "impatient" => builder.shutdown_timeout(Duration::from_millis(200)),
        _ => builder,
    };
    let registration = match builder.install() {
        Ok(registration) => registration,
        Err(error) => return eprintln!("no tracing: {error}"),
    };
    match program {
        "too late" => end_after(registration),
        "threads" => plan(),
        _ => {
            for n in 0..3 {
                work(n);
            }
        }
    }
}

#[test]
fn error_of_install_that_main_returns_is_printed_as_its_message() {
    let _lock = Program::lock();
    let error = register().endpoint("localhost:6006").install().unwrap_err();
    assert_eq!(
        format!("Error: {error:?}"), // as the standard library prints it
        "Error: `endpoint(..)` is \"localhost:6006\": expected a URL that begins with http:// or \
         https://, for example http://localhost:6006"
    );
}

/// Returns the lines that a program prints on stderr, with the address of the guide.
fn printed(program: &str, endpoint: &str, variables: &[(&str, &str)]) -> String {
    let mut child = child(TEST);
    child.env(PROGRAM, program).env("PHOENIX_COLLECTOR_ENDPOINT", endpoint);
    let output = child.envs(variables.iter().copied()).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    if endpoint.starts_with("http") { text.replace(endpoint, SHOWN) } else { text }
}

/// Returns the lines that are a message.
fn messages(text: &str) -> BTreeSet<&str> {
    let is_message = |line: &&str| {
        ["trace-runtime: ", "no tracing: "].iter().any(|start| line.starts_with(start))
    };
    text.lines().filter(is_message).collect()
}

#[test]
fn messages_in_the_guide_are_those_that_are_printed() {
    if is_child() {
        return run(&env_of_parent(PROGRAM));
    }
    let _lock = Program::lock();
    let answering = |status| Receiver::http_answering(move |_, _| Reply::status(status, ""));
    let silent = Receiver::http_answering(|_, _| Reply {
        delay: Duration::from_secs(30),
        ..Reply::default()
    });
    let (accepting, grpc) = (Receiver::http(), Receiver::grpc_answering(|_, _| Reply::default()));
    let console = [("OTEL_TRACES_EXPORTER", "console")];
    let all = [
        printed("three spans", &unused_endpoint(), &[]),
        printed("impatient", &silent.endpoint(), &[]),
        printed("three spans", &answering(401).endpoint(), &[]),
        printed("three spans", &answering(403).endpoint(), &[("PHOENIX_API_KEY", "k")]),
        printed("three spans", &answering(404).endpoint(), &[]),
        printed("three spans", &answering(415).endpoint(), &[]),
        printed("three spans", &grpc.endpoint(), &[]),
        printed("three spans", &accepting.endpoint(), &[(PROTOCOL, "http/json")]),
        printed("three spans", "localhost:6006", &[]),
        printed("too late", &accepting.endpoint(), &[]),
        printed("threads", &accepting.endpoint(), &console),
    ];
    assert_eq!(messages(&printed("not installed", SHOWN, &[])), BTreeSet::new());
    let all = all.concat();
    assert_eq!(messages(&all), messages(TROUBLESHOOTING));
    let banner = all.lines().skip_while(|line| !line.starts_with("tracing to")).take(4);
    assert!(FIRST_TRACE.contains(&banner.collect::<Vec<_>>().join("\n")), "{all}");
}

#[test]
fn marker_in_the_guide_is_that_of_a_cut_text() {
    let program = Program::start();
    shorten(&"x".repeat(2 << 20));
    let input = program.attribute("shorten", "input.value").unwrap();
    let marker = &input[input.find('…').unwrap()..];
    assert!(
        TROUBLESHOOTING.contains(&format!("a text of 2 MiB ends with\n`{marker}`")),
        "{marker}"
    );
}
