//! A backend that is away, restarts, or learns of a span later; and processes that end or are
//! killed.

use super::{answer, install, phoenix, stats, thumbs_up};
use integration_tests::delivery::{
    ENDPOINT, FOLDER, env_of_parent, quiet_builder, unused_endpoint, wait_until,
};
use integration_tests::{Phoenix, Program, Reply, TempFolder, child, is_child};
use std::io::{BufRead, BufReader};
use std::time::Duration;
use trace_runtime::feedback::{SpanRef, Target};
use trace_runtime::{Feedback, register};

/// The environment variable with a span, for a child process.
const SPAN: &str = "TEST_SPAN";

#[test]
fn backend_that_is_away_receives_span_and_feedback_when_it_is_back() {
    let (_lock, endpoint, phoenix) = (Program::lock(), unused_endpoint(), Phoenix::default());
    let (registration, messages) = install(&endpoint, |builder| builder);
    let id = answer();
    registration.annotate(id, thumbs_up()).unwrap();
    assert!(registration.flush().is_err());
    assert_eq!((stats(&registration).pending, stats(&registration).delivered), (1, 0));
    let _receiver = phoenix.serve_at(&endpoint);
    wait_until(|| registration.flush().is_ok());
    assert_eq!(stats(&registration).delivered, 1);
    assert!(phoenix.annotation(&id.span_id().to_string(), "user_feedback").is_some());
    assert_eq!(phoenix.data().unknown, 0);
    drop(registration);
    // One report for the spans. Feedback waits for them, and meets no failure itself.
    assert_eq!(messages.lock().unwrap().len(), 1, "{messages:?}");
}

#[test]
fn restart_between_span_and_feedback_loses_nothing() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    let endpoint = receiver.endpoint();
    let (registration, _) = install(&endpoint, |builder| builder);
    let id = answer();
    registration.flush().unwrap();
    drop(receiver);
    registration.annotate(id, thumbs_up()).unwrap();
    assert!(registration.flush().is_err());
    let _receiver = phoenix.serve_at(&endpoint);
    wait_until(|| registration.flush().is_ok());
    assert!(phoenix.annotation(&id.span_id().to_string(), "user_feedback").is_some());
    registration.shutdown().unwrap();
}

#[test]
fn feedback_of_another_process_waits_for_the_span() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    let id: SpanRef = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().unwrap();
    let feedback = quiet_builder().endpoint(receiver.endpoint()).feedback().unwrap();
    feedback.annotate(id, thumbs_up()).unwrap();
    wait_until(|| phoenix.data().unknown >= 2);
    assert_eq!(feedback.stats()[0].feedback.pending, 1);
    // The span arrives now.
    phoenix.data().known.insert(id.span_id().to_string());
    wait_until(|| feedback.flush().is_ok());
    assert!(phoenix.annotation(&id.span_id().to_string(), "user_feedback").is_some());
    assert_eq!(phoenix.data().stored, 1);
}

#[test]
fn unknown_span_does_not_delay_other_feedback() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    phoenix.data().known.insert("known".to_owned());
    let builder = quiet_builder().endpoint(receiver.endpoint());
    let feedback = builder.shutdown_timeout(Duration::from_millis(200)).feedback().unwrap();
    feedback.annotate(Target::session("unknown"), thumbs_up()).unwrap();
    wait_until(|| phoenix.data().unknown >= 1);
    feedback.annotate(Target::session("known"), thumbs_up()).unwrap();
    wait_until(|| feedback.stats()[0].feedback.delivered == 1);
    assert_eq!(feedback.stats()[0].feedback.pending, 1);
}

/// The earlier one would otherwise be sent after the later one, and replace it at the backend.
#[test]
fn feedback_replaced_while_it_waits_is_not_sent() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    let feedback = quiet_builder().endpoint(receiver.endpoint()).feedback().unwrap();
    feedback.annotate(Target::session("s"), thumbs_up()).unwrap();
    wait_until(|| phoenix.data().unknown >= 1);
    feedback.annotate(Target::session("s"), thumbs_up().label("bad")).unwrap();
    wait_until(|| feedback.stats()[0].feedback.delivered == 1);
    phoenix.data().known.insert("s".to_owned());
    wait_until(|| feedback.flush().is_ok());
    assert_eq!(phoenix.data().stored, 1);
}

/// Its own answer decides about feedback that is being sent while it is replaced.
#[test]
fn feedback_refused_while_it_is_replaced_is_lost() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    phoenix.data().known.insert("s".to_owned());
    let refused = Reply { delay: Duration::from_millis(500), ..Reply::status(400, "bad") };
    phoenix.data().answers = vec![refused];
    let feedback = quiet_builder().endpoint(receiver.endpoint()).feedback().unwrap();
    feedback.annotate(Target::session("s"), thumbs_up()).unwrap();
    wait_until(|| phoenix.data().requests == 1);
    feedback.annotate(Target::session("s"), thumbs_up().label("bad")).unwrap();
    wait_until(|| feedback.stats()[0].feedback.delivered == 1);
    let stats = feedback.stats().remove(0).feedback;
    assert_eq!((stats.given, stats.delivered, stats.lost), (2, 1, 1));
    assert_eq!(phoenix.data().stored, 1);
}

#[test]
fn feedback_of_an_earlier_run_is_not_sent_after_one_that_replaces_it() {
    let (_lock, folder, endpoint) = (Program::lock(), TempFolder::new(), unused_endpoint());
    let builder = || {
        let builder = quiet_builder().endpoint(&endpoint).spool(folder.path());
        builder.shutdown_timeout(Duration::from_millis(200))
    };
    let first = builder().feedback().unwrap();
    first.annotate(Target::session("s"), thumbs_up()).unwrap();
    drop(first);
    let phoenix = Phoenix::default();
    let _receiver = phoenix.serve_at(&endpoint);
    let next = builder().feedback().unwrap();
    next.annotate(Target::session("s"), thumbs_up().label("bad")).unwrap();
    wait_until(|| next.stats()[0].feedback.recovered == 1);
    assert_eq!(phoenix.data().stored, 0, "it was not sent");
    phoenix.data().known.insert("s".to_owned());
    wait_until(|| next.flush().is_ok());
    assert_eq!(phoenix.annotation("s", "user_feedback").unwrap()["result"]["label"], "bad");
}

#[test]
fn failure_before_a_success_is_not_the_cause_of_a_later_flush() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    phoenix.data().known.insert("s".to_owned());
    phoenix.data().answers = vec![Reply::status(500, "busy")];
    let builder = quiet_builder().endpoint(receiver.endpoint());
    let feedback = builder.shutdown_timeout(Duration::from_millis(200)).feedback().unwrap();
    feedback.annotate(Target::session("s"), thumbs_up()).unwrap();
    wait_until(|| feedback.flush().is_ok());
    phoenix.data().answers = vec![Reply { delay: Duration::from_secs(30), ..Reply::default() }];
    feedback.annotate(Target::session("s"), thumbs_up().label("bad")).unwrap();
    let cause = feedback.flush().unwrap_err().cause;
    assert!(cause.contains("no answer in time") && !cause.contains("500"), "{cause}");
}

#[test]
fn busy_backend_is_tried_again() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    phoenix.data().known.insert("s".to_owned());
    phoenix.data().answers = [429, 503, 500].map(|status| Reply::status(status, "busy")).to_vec();
    let feedback = quiet_builder().endpoint(receiver.endpoint()).feedback().unwrap();
    feedback.annotate(Target::session("s"), thumbs_up()).unwrap();
    wait_until(|| feedback.flush().is_ok());
    let data = phoenix.data();
    assert_eq!((data.requests, data.stored), (4, 1));
}

#[test]
fn undelivered_feedback_at_shutdown_is_sent_by_the_next_run() {
    let (_lock, folder, endpoint) = (Program::lock(), TempFolder::new(), unused_endpoint());
    let (first, messages) = install(&endpoint, |builder| builder.spool(folder.path()));
    let id = answer();
    first.annotate(id, thumbs_up()).unwrap();
    assert!(first.shutdown().is_err());
    assert_eq!((stats(&first).on_disk, stats(&first).lost), (1, 0));
    let messages = messages.lock().unwrap().join("\n");
    assert!(messages.contains("annotations in the spool"), "{messages}");

    let phoenix = Phoenix::default();
    let _receiver = phoenix.serve_at(&endpoint);
    let (second, _) = install(&endpoint, |builder| builder.spool(folder.path()));
    wait_until(|| stats(&second).recovered == 1);
    second.shutdown().unwrap();
    assert!(phoenix.annotation(&id.span_id().to_string(), "user_feedback").is_some());
    // The spans of the earlier run were sent first.
    assert_eq!(phoenix.data().unknown, 0);
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new());
}

/// Gives feedback that waits for a span, and prints a line once it is on disk.
fn annotate_until_killed() {
    let (endpoint, folder) = (env_of_parent(ENDPOINT), env_of_parent(FOLDER));
    let builder = register().verbose(false).on_diagnostic(|_| {}).endpoint(endpoint);
    let feedback = builder.spool(folder).durable(true).feedback().unwrap();
    let id: SpanRef = env_of_parent(SPAN).parse().unwrap();
    for user in 0..50 {
        feedback.annotate(id, thumbs_up().identifier(user.to_string())).unwrap();
    }
    wait_until(|| feedback.stats()[0].feedback.on_disk == 50);
    eprintln!("all on disk");
    std::thread::sleep(Duration::from_secs(600));
}

#[test]
fn killed_durable_process_loses_no_feedback() {
    if is_child() {
        return annotate_until_killed();
    }
    let (_lock, folder) = (Program::lock(), TempFolder::new());
    let (phoenix, receiver) = phoenix();
    let span = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let mut killed = child("feedback::outages::killed_durable_process_loses_no_feedback")
        .env(ENDPOINT, receiver.endpoint())
        .env(FOLDER, folder.path())
        .env(SPAN, span)
        .spawn()
        .unwrap();
    let stderr = BufReader::new(killed.stderr.take().unwrap());
    let all_on_disk = stderr.lines().map_while(Result::ok).any(|line| line == "all on disk");
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(all_on_disk, "the child process failed");

    phoenix.data().known.insert("b7ad6b7169203331".to_owned());
    let builder = quiet_builder().endpoint(receiver.endpoint()).spool(folder.path());
    let next: Feedback = builder.feedback().unwrap();
    wait_until(|| next.stats()[0].feedback.recovered == 50);
    drop(next);
    assert_eq!(phoenix.data().annotations.len(), 50);
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new());
}
