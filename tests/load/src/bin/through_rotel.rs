//! Many processes send spans through one rotel to one backend, and the three accounts are compared:
//! `cargo run --release -p load-tests --bin through_rotel -- path/to/rotel-agent 10 4`.
//!
//! Arguments: the program, from the package `rotel` of `PyPI`; the seconds (default 10); the number of
//! processes (default 4); the spans that each of them ends per second (default 0: as many as it can). A
//! process with the argument `sender` is one of them. Rotel is configured by
//! `examples/collector/rotel.env`.

use load_tests::{Action, Receiver};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use trace_runtime::{agent, llm, register};

/// The configuration that users start from.
const CONFIGURATION: &str = include_str!("../../../../examples/collector/rotel.env");

/// The text of a question and of an answer: about a paragraph.
const PARAGRAPH: usize = 500;

#[llm(model = "gpt-4o")]
fn ask(question: &str) -> String {
    question.replace('q', "a")
}

#[agent]
fn plan(task: &str) -> usize {
    (0..9).map(|_| ask(task).len()).sum()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: u64| {
        arguments.get(at).map_or(default, |text| text.parse().expect("a number"))
    };
    if arguments.first().is_some_and(|argument| argument == "sender") {
        return send(&arguments[1], number(2, 10), number(3, 0));
    }
    let program = arguments.first().expect("the path of rotel-agent");
    let (seconds, processes, rate) = (number(1, 10), number(2, 4), number(3, 0));
    let backend = Receiver::start(|| Action::Accept);
    let (mut rotel, endpoint) = start_rotel(Path::new(program), &backend.endpoint());
    let began = Instant::now();
    let senders: Vec<_> = (0..processes).map(|_| start(&endpoint, seconds, rate)).collect();
    let accounts: Vec<_> = senders.into_iter().map(finish).collect();
    let took = began.elapsed().as_secs_f64();
    let [ended, delivered, lost] = [0, 1, 2].map(|at| accounts.iter().map(|each| each[at]).sum());
    let arrived = wait_for(delivered, &backend);
    let used = processor_time(&rotel);
    // Rotel ends by a signal; it has passed on everything by now, or never will.
    rotel.kill().expect("it runs");
    rotel.wait().expect("it ends");
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let per_second = delivered as f64 / took;
    println!(
        "{processes} processes for {seconds} s: {ended} spans ended, {delivered} delivered to rotel, \
         {lost} lost; {} arrived at the backend, {} of them more than once; {per_second:.0} spans \
         per second, rotel used {used:.1} s of processor time",
        arrived.0, arrived.1,
    );
    assert_eq!(ended, delivered + lost, "the accounts of the processes");
    assert_eq!(arrived, (delivered, 0), "the account of the backend");
}

/// Ends spans for some seconds, ten for each agent, and prints the account.
fn send(endpoint: &str, seconds: u64, rate: u64) {
    let builder = register().verbose(false).endpoint(endpoint).on_diagnostic(|_| {});
    let registration = builder.shutdown_timeout(Duration::from_secs(60)).install();
    let registration = registration.expect("settings");
    let task = "q".repeat(PARAGRAPH);
    let (began, mut ended) = (Instant::now(), 0_u64);
    while began.elapsed() < Duration::from_secs(seconds) {
        plan(&task);
        ended += 10;
        if let Some(due) = (ended * 1000).checked_div(rate) {
            let due = began + Duration::from_millis(due);
            thread::sleep(due.saturating_duration_since(Instant::now()));
        } else if registration.stats()[0].pending > 100_000 {
            // The sustained rate is that of the delivery: end no more spans than it takes.
            thread::sleep(Duration::from_millis(1));
        }
    }
    let _ = registration.shutdown();
    let stats = registration.stats().remove(0);
    println!("{} {} {}", stats.ended, stats.delivered, stats.lost);
}

fn start(endpoint: &str, seconds: u64, rate: u64) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["sender", endpoint, &seconds.to_string(), &rate.to_string()]);
    command.stdout(Stdio::piped()).spawn().expect("a process")
}

/// Waits for a process; returns the numbers that it prints.
fn finish(sender: Child) -> [u64; 3] {
    let output = sender.wait_with_output().expect("a process");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    let numbers: Vec<u64> = text.split_whitespace().filter_map(|one| one.parse().ok()).collect();
    numbers.try_into().expect("three numbers")
}

/// Starts rotel with its configuration, on free ports and with this backend; returns its endpoint.
fn start_rotel(program: &Path, backend: &str) -> (Child, String) {
    let free = || TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound");
    let (http, grpc) = (free(), free());
    let mut command = Command::new(program);
    let settings = CONFIGURATION.lines().filter_map(|line| line.split_once('='));
    command.arg("start").envs(settings.filter(|(name, _)| !name.starts_with('#')));
    command.env("ROTEL_OTLP_HTTP_ENDPOINT", http.to_string());
    command.env("ROTEL_OTLP_GRPC_ENDPOINT", grpc.to_string());
    command.env("ROTEL_OTLP_EXPORTER_ENDPOINT", backend);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut rotel = command.spawn().expect("rotel-agent");
    let deadline = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(http).is_err() {
        assert!(Instant::now() < deadline, "rotel does not listen");
        assert!(rotel.try_wait().expect("a process").is_none(), "rotel has ended");
        thread::sleep(Duration::from_millis(20));
    }
    (rotel, format!("http://{http}"))
}

/// Waits until so many spans have arrived; returns the numbers of the receiver.
fn wait_for(spans: u64, backend: &Receiver) -> (u64, u64) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while backend.accepted().0 < spans && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(50));
    }
    backend.accepted()
}

/// Returns the processor time of a process in seconds, or 0 on systems without `/proc`.
fn processor_time(process: &Child) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id())).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11);
    // The user and system times, in ticks of 10 ms.
    fields.take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
