//! Short programs that share a spool: each run sends some batches of earlier runs, and each batch
//! is sent once.

use integration_tests::delivery::{
    ENDPOINT, FOLDER, distinct_and_duplicates, env_of_parent, install_with, quiet_builder, stats,
    unused_endpoint, wait_until,
};
use integration_tests::{Program, Receiver, Reply, TempFolder, child, is_child};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use trace_runtime::chain;

#[chain]
fn work(_n: u32) {}

/// The number of spans that the first run leaves.
const LEFT: u32 = 3000;

/// A backend that is away at first. Then it takes the spans of a run at once, and after them a
/// limited number of batches of earlier runs.
#[derive(Default)]
struct Backend {
    is_there: bool,
    /// True once the current run's own span has arrived.
    has_own: bool,
    /// The number of batches of earlier runs that it still takes.
    takes: usize,
    /// The ids of all spans that it took.
    taken: Vec<Vec<u8>>,
}

impl Backend {
    fn answer(&mut self, request: &ExportTraceServiceRequest) -> Reply {
        let ids = ids(request);
        let is_own = ids.len() == 1;
        if self.is_there && (is_own || self.has_own && self.takes > 0) {
            self.takes -= usize::from(!is_own);
            self.has_own |= is_own;
            self.taken.extend(ids);
            return Reply::default();
        }
        // Before the own span: an error that does not keep the sender from sending it. After it: a
        // pause that ends no shutdown in time.
        let retry_after = (!self.is_there || self.has_own).then_some(600);
        Reply { retry_after, ..Reply::status(503, "busy") }
    }

    /// Takes two batches of earlier runs in the next run. Returns the number of spans so far.
    fn start_run(&mut self) -> usize {
        (self.is_there, self.has_own, self.takes) = (true, false, 2);
        self.taken.len()
    }

    /// Returns the number of spans that it took, and how many of them it took before.
    fn count(&self) -> (usize, usize) {
        let mut ids = self.taken.clone();
        ids.sort();
        ids.dedup();
        (ids.len(), self.taken.len() - ids.len())
    }
}

fn ids(request: &ExportTraceServiceRequest) -> Vec<Vec<u8>> {
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.flat_map(|scope| &scope.spans).map(|span| span.span_id.clone()).collect()
}

/// Each run ends one span, flushes and exits. It has time for two batches of the spool.
#[test]
fn short_runs_empty_a_spool_without_starting_over() {
    let (_lock, folder) = (Program::lock(), TempFolder::new());
    let backend = Arc::<Mutex<Backend>>::default();
    let answering = Arc::clone(&backend);
    let receiver = Receiver::http_answering(move |_, received| {
        answering.lock().unwrap().answer(&received.request)
    });
    let install =
        || quiet_builder().endpoint(receiver.endpoint()).spool(folder.path()).install().unwrap();
    let first = install();
    (0..LEFT).for_each(work);
    assert_eq!(first.shutdown().unwrap_err().on_disk, u64::from(LEFT));
    let mut runs = 0;
    while !folder.files().is_empty() {
        let before = backend.lock().unwrap().start_run();
        let registration = install();
        work(0);
        registration.flush().unwrap();
        drop(registration);
        runs += 1;
        let taken = backend.lock().unwrap().taken.len() - before;
        assert!(taken > 1, "run {runs} sends nothing of the spool");
    }
    let (spans, twice) = backend.lock().unwrap().count();
    assert_eq!((spans, twice), (LEFT as usize + runs, 0), "{runs} runs");
    assert!((3..=8).contains(&runs), "{runs} runs");
}

/// With a healthy backend, the shutdown of the next run sends all of it.
#[test]
fn shutdown_sends_what_earlier_runs_left() {
    let (_lock, folder, endpoint) = (Program::lock(), TempFolder::new(), unused_endpoint());
    let install = || quiet_builder().endpoint(&endpoint).spool(folder.path()).install().unwrap();
    let first = install();
    (0..LEFT).for_each(work);
    assert_eq!(first.shutdown().unwrap_err().on_disk, u64::from(LEFT));
    let receiver = Receiver::http_at(&endpoint);
    let next = quiet_builder()
        .endpoint(&endpoint)
        .spool(folder.path())
        .shutdown_timeout(Duration::from_secs(60))
        .install()
        .unwrap();
    work(0);
    next.shutdown().unwrap();
    assert_eq!((stats(&next).delivered, stats(&next).recovered), (1, u64::from(LEFT)));
    assert_eq!(distinct_and_duplicates(&receiver, 0), (LEFT as usize + 1, 0));
    assert_eq!(folder.files(), Vec::<PathBuf>::new());
}

#[test]
fn flush_of_the_spool_waits_for_earlier_runs_and_reports_what_is_left() {
    let (_lock, folder, endpoint) = (Program::lock(), TempFolder::new(), unused_endpoint());
    let install =
        || install_with(|builder| builder.endpoint(&endpoint).spool(folder.path()).batch(false)).0;
    let first = install();
    (0..3).for_each(work);
    assert_eq!(first.shutdown().unwrap_err().on_disk, 3);
    let second = install();
    second.flush().unwrap();
    let error = second.flush_spool().unwrap_err();
    let left = format!("spans of earlier runs are left in the spool {}: ", folder.path().display());
    assert!(error.cause.starts_with(&left), "{error}");
    assert_eq!((error.delivered, error.pending, error.on_disk, error.lost), (0, 0, 0, 0));
    drop(second);
    let receiver = Receiver::http_at(&endpoint);
    let third = install();
    third.flush_spool().unwrap();
    assert_eq!(
        (stats(&third).recovered, folder.files().len()),
        (3, 2),
        "its own locks, for spans and for feedback"
    );
    third.flush_spool().unwrap();
    third.shutdown().unwrap();
    assert_eq!(distinct_and_duplicates(&receiver, 0), (3, 0));
}

/// Runs in a child process, which the parent kills.
fn send_until_killed() {
    let registration = quiet_builder()
        .endpoint(env_of_parent(ENDPOINT))
        .spool(env_of_parent(FOLDER))
        .install()
        .unwrap();
    loop {
        let _ = registration.flush_spool();
    }
}

/// The backend answers two batches and does not answer the third one, during which the process is
/// killed. The next run sends that batch again, and neither of the others.
#[test]
fn killed_run_does_not_send_answered_batches_again() {
    if is_child() {
        return send_until_killed();
    }
    let (_lock, folder) = (Program::lock(), TempFolder::new());
    let state = Arc::new(Mutex::new((false, Vec::new())));
    let shared = Arc::clone(&state);
    let receiver = Receiver::http_answering(move |_, received| {
        let (is_there, taken) = &mut *shared.lock().unwrap();
        if !*is_there {
            return Reply { retry_after: Some(600), ..Reply::status(503, "busy") };
        }
        taken.push(ids(&received.request));
        let delay = Duration::from_secs(if taken.len() == 3 { 600 } else { 0 });
        Reply { delay, ..Reply::default() }
    });
    let install =
        || quiet_builder().endpoint(receiver.endpoint()).spool(folder.path()).install().unwrap();
    let first = install();
    (0..LEFT).for_each(work);
    assert_eq!(first.shutdown().unwrap_err().on_disk, u64::from(LEFT));
    state.lock().unwrap().0 = true;
    let test = "delivery::spool_drain::killed_run_does_not_send_answered_batches_again";
    let mut killed =
        child(test).env(ENDPOINT, receiver.endpoint()).env(FOLDER, folder.path()).spawn().unwrap();
    wait_until(|| state.lock().unwrap().1.len() == 3);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let next = install();
    next.flush_spool().unwrap();
    drop(next);
    let mut taken = std::mem::take(&mut state.lock().unwrap().1);
    let unanswered = taken.remove(2);
    assert_eq!(taken[2], unanswered, "sent again first");
    let mut all = taken.concat();
    all.sort();
    all.dedup();
    assert_eq!((all.len(), taken.concat().len()), (LEFT as usize, LEFT as usize));
    assert_eq!(folder.files(), Vec::<PathBuf>::new());
}
