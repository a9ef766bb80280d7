//! One of the eight processes: a service that calls the next one, and begins traces of its own.

use crate::account::Account;
use crate::http::{Request, answer, get};
use load_tests::Random;
use std::io::{BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use trace_runtime::{agent, chain, extract, inject, register};

/// The arguments of a node.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The name of this run of the node.
    pub(crate) run: String,
    pub(crate) port: u16,
    /// The port of the next node.
    pub(crate) next: u16,
    pub(crate) endpoint: String,
    /// The file for the account.
    pub(crate) account: PathBuf,
    pub(crate) seed: u64,
}

impl Settings {
    pub(crate) fn to_arguments(&self) -> Vec<String> {
        let Settings { run, port, next, endpoint, account, seed } = self;
        let account = account.display().to_string();
        ["node".to_owned(), run.clone(), port.to_string(), next.to_string(), endpoint.clone()]
            .into_iter()
            .chain([account, seed.to_string()])
            .collect()
    }

    pub(crate) fn from_arguments(arguments: &[String]) -> Option<Self> {
        let [node, run, port, next, endpoint, account, seed] = arguments else { return None };
        (node == "node").then_some(())?;
        Some(Settings {
            run: run.clone(),
            port: port.parse().ok()?,
            next: next.parse().ok()?,
            endpoint: endpoint.clone(),
            account: account.into(),
            seed: seed.parse().ok()?,
        })
    }
}

/// Handles a request of another node, below the span of its caller.
#[chain(
    parent = extract(|name| request.headers.get(name)),
    skip_all,
    attributes(caller = request.headers.get("x-run").cloned().unwrap_or_default())
)]
fn hop(node: &Settings, request: &Request) -> Result<(), String> {
    let rest = request.path.rsplit('/').next().and_then(|rest| rest.parse().ok()).unwrap_or(0);
    call_next(node, rest)
}

/// Begins a trace.
#[agent(skip_all)]
fn begin(node: &Settings, hops: u64) -> Result<(), String> {
    call_next(node, hops)
}

/// Calls the next node, unless the last hop is reached.
fn call_next(node: &Settings, hops: u64) -> Result<(), String> {
    let Some(rest) = hops.checked_sub(1) else { return Ok(()) };
    let mut headers = vec![("x-run".to_owned(), node.run.clone())];
    inject(|name, value| headers.push((name.to_owned(), value.to_owned())));
    match get(node.next, &format!("/hop/{rest}"), &headers) {
        Ok(200) => Ok(()),
        Ok(status) => Err(format!("status {status}")),
        Err(error) => Err(error.to_string()),
    }
}

/// Runs until the input is closed.
pub(crate) fn run(settings: &Settings) {
    let builder = register().verbose(false).endpoint(&settings.endpoint).on_diagnostic(|_| {});
    let builder = builder.resource_attribute("run", &settings.run);
    let registration = builder.shutdown_timeout(Duration::from_secs(20)).install();
    let registration = Arc::new(registration.expect("settings"));
    let is_over = Arc::<AtomicBool>::default();

    let (accounting, ends, path) =
        (Arc::clone(&registration), Arc::clone(&is_over), settings.account.clone());
    let accounting = thread::spawn(move || {
        while !ends.load(Ordering::SeqCst) {
            Account::of(&accounting).write(&path);
            thread::sleep(Duration::from_millis(100));
        }
    });
    let (node, ends) = (settings.clone(), Arc::clone(&is_over));
    let beginning = thread::spawn(move || begin_traces(&node, &ends));
    let (node, ends) = (settings.clone(), Arc::clone(&is_over));
    let serving = thread::spawn(move || serve(&node, &ends));

    // The input has no content; its end is the request to end.
    let _ = std::io::stdin().read(&mut [0]);
    is_over.store(true, Ordering::SeqCst);
    beginning.join().expect("no panic");
    accounting.join().expect("no panic");
    // `accept` blocks: a connection wakes the thread, which then sees the flag.
    drop(TcpStream::connect(("127.0.0.1", settings.port)));
    serving.join().expect("no panic");
    let _ = registration.shutdown();
    Account::of(&registration).write(&settings.account);
}

fn begin_traces(node: &Settings, is_over: &AtomicBool) {
    let mut random = Random::new(node.seed);
    while !is_over.load(Ordering::SeqCst) {
        let _ = begin(node, random.below(8));
        thread::sleep(Duration::from_millis(10 + random.below(40)));
    }
}

/// Serves the port, once the node that had it before has ended. Answers every request before it
/// returns.
fn serve(node: &Settings, is_over: &AtomicBool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let listener = loop {
        match TcpListener::bind(("127.0.0.1", node.port)) {
            Ok(listener) => break listener,
            Err(_) if is_over.load(Ordering::SeqCst) => return,
            Err(error) => assert!(Instant::now() < deadline, "no port: {error}"),
        }
        thread::sleep(Duration::from_millis(5));
    };
    let mut serving = Vec::new();
    for stream in listener.incoming().map_while(Result::ok) {
        if is_over.load(Ordering::SeqCst) {
            break;
        }
        let node = node.clone();
        serving.retain(|thread: &thread::JoinHandle<()>| !thread.is_finished());
        serving.push(thread::spawn(move || serve_one(&node, stream)));
    }
    for thread in serving {
        thread.join().expect("no panic");
    }
}

fn serve_one(node: &Settings, mut stream: TcpStream) {
    let Ok(reading) = stream.try_clone() else { return };
    if let Some(request) = Request::read(&mut BufReader::new(reading)) {
        let status = if hop(node, &request).is_ok() { 200 } else { 502 };
        let _ = answer(&mut stream, status);
    }
}
