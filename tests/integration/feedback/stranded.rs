//! Feedback in the spool for a backend that the program no longer configures.

use super::{install, phoenix, stats, thumbs_up};
use integration_tests::delivery::{quiet_builder, unused_endpoint, wait_until};
use integration_tests::{Program, Receiver, TempFolder};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use trace_runtime::feedback::Target;
use trace_runtime::register;

/// Leaves two annotations for a backend that is away. Returns their folder.
fn leave(spool: &TempFolder, endpoint: &str) -> PathBuf {
    let builder = quiet_builder().endpoint(endpoint).spool(spool.path());
    let feedback = builder.shutdown_timeout(Duration::from_millis(100)).feedback().unwrap();
    for user in ["ada", "bob"] {
        feedback.annotate(Target::session("s"), thumbs_up().identifier(user)).unwrap();
    }
    wait_until(|| feedback.stats()[0].feedback.on_disk == 2);
    drop(feedback);
    let folder = folder_for(spool, endpoint);
    // A thread that outlives the shutdown keeps its folder locked, and so does the child of another
    // test until it runs its program.
    wait_until(|| locks(&folder).iter().all(|lock| lock.try_lock().is_ok()));
    folder
}

/// Opens the lock files in the folder of a backend.
fn locks(folder: &Path) -> Vec<File> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let locks = paths.filter(|path| path.extension().is_some_and(|it| it == "lock"));
    locks.map(|path| File::open(path).unwrap()).collect()
}

/// Returns the folder with the annotations for a backend.
fn folder_for(spool: &TempFolder, endpoint: &str) -> PathBuf {
    let host = endpoint.replacen("://", "-", 1).replace(':', "-");
    let folders = std::fs::read_dir(spool.path()).unwrap().map(|entry| entry.unwrap().path());
    let prefix = format!("feedback-{host}-");
    let mut found =
        folders.filter(|it| it.file_name().unwrap().to_string_lossy().starts_with(&prefix));
    found.next().expect("a folder for the backend")
}

/// Asserts that there is one message, which names the backend and the folder.
fn assert_reported(messages: &[String], endpoint: &str, folder: &std::path::Path) {
    let [message] = messages else { panic!("one message: {messages:?}") };
    let beginning = format!("2 annotations for {endpoint} wait in the spool since ");
    assert!(message.starts_with(&beginning), "{message}");
    let advice = format!(
        "no destination of this program sends there: configure the backend again, move the content \
         of {} to the folder of another backend, or delete the folder",
        folder.display()
    );
    assert!(message.ends_with(&advice), "{message}");
}

#[test]
fn feedback_for_an_unknown_backend_is_reported_once() {
    let (_lock, spool, endpoint) = (Program::lock(), TempFolder::new(), unused_endpoint());
    let folder = leave(&spool, &endpoint);
    let (_phoenix, receiver) = phoenix();
    let (registration, messages) =
        install(&receiver.endpoint(), |builder| builder.spool(spool.path()));
    wait_until(|| !messages.lock().unwrap().is_empty());
    registration.shutdown().unwrap();
    assert_reported(&messages.lock().unwrap(), &endpoint, &folder);
}

#[test]
fn feedback_is_reported_by_a_program_that_has_no_backend_for_it() {
    let (_lock, spool, endpoint) = (Program::lock(), TempFolder::new(), unused_endpoint());
    let folder = leave(&spool, &endpoint);
    let messages = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&messages);
    let opik = trace_runtime::Backend::opik().endpoint("http://127.0.0.1:1");
    let feedback = register()
        .backend(opik)
        .spool(spool.path())
        .on_diagnostic(move |diagnostic| sink.lock().unwrap().push(diagnostic.to_string()))
        .feedback();
    drop(feedback.unwrap());
    assert_reported(&messages.lock().unwrap(), &endpoint, &folder);
}

#[test]
fn content_of_the_folder_is_sent_to_the_backend_that_it_is_moved_to() {
    let (_lock, spool, endpoint) = (Program::lock(), TempFolder::new(), unused_endpoint());
    let old = leave(&spool, &endpoint);
    let (phoenix, receiver) = phoenix();
    phoenix.data().known.insert("s".to_owned());
    let builder = || quiet_builder().endpoint(receiver.endpoint()).spool(spool.path());
    // A run creates the folder of the new address.
    drop(builder().feedback().unwrap());
    let new = folder_for(&spool, &receiver.endpoint());
    for entry in std::fs::read_dir(&old).unwrap() {
        let path = entry.unwrap().path();
        std::fs::rename(&path, new.join(path.file_name().unwrap())).unwrap();
    }
    let next = builder().feedback().unwrap();
    wait_until(|| next.stats()[0].feedback.recovered == 2);
    drop(next);
    assert_eq!(phoenix.data().annotations.len(), 2);
    assert_eq!(spool.files(), Vec::<PathBuf>::new());
}

#[test]
fn replay_of_a_spool_skips_feedback() {
    let (_lock, spool, endpoint) = (Program::lock(), TempFolder::new(), unused_endpoint());
    leave(&spool, &endpoint);
    let (registration, _) = install(&endpoint, |builder| builder.spool(spool.path()));
    super::answer();
    assert!(registration.shutdown().is_err());
    assert_eq!(stats(&registration).lost, 0);
    let receiver = Receiver::http();
    let replayed = register().endpoint(receiver.endpoint()).replay(spool.path()).unwrap();
    assert_eq!((replayed.delivered, replayed.damaged), (1, 0));
}
