//! Feedback that a backend refuses for good, and the bounds of the queue.

use super::{SECRET, answer, install, phoenix, stats, thumbs_up};
use integration_tests::delivery::{quiet_builder, unused_endpoint, wait_until};
use integration_tests::{Program, Reply, TempFolder};
use std::time::Duration;
use trace_runtime::feedback::Target;

#[test]
fn unknown_span_is_given_up_after_the_stated_time() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    let (registration, messages) =
        install(&receiver.endpoint(), |builder| builder.feedback_wait(Duration::ZERO));
    registration.annotate(Target::session("gone"), thumbs_up()).unwrap();
    let error = registration.flush().unwrap_err();
    assert_eq!(error.annotations, 1);
    let stats = stats(&registration);
    assert_eq!(stats.lost_by_cause, [("unknown target", 1)].into());
    drop(registration);
    assert_eq!(phoenix.data().requests, 1);
    let endpoint = receiver.endpoint();
    assert_eq!(
        *messages.lock().unwrap(),
        [format!(
            "the collector at {endpoint}/v1/traces answered 404 (Spans with IDs gone do not \
             exist.), 1 annotation not delivered: it does not know the target; check that the span \
             is sampled and sent there (the endpoint is from `endpoint(..)`)"
        )]
    );
}

#[test]
fn refused_feedback_is_reported_with_the_answer_and_not_sent_again() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    let (registration, messages) = install(&receiver.endpoint(), |builder| builder);
    let id = answer();
    registration.annotate(id, thumbs_up()).unwrap();
    phoenix.data().answers = vec![Reply::status(422, "result.score is not a number")];
    let error = registration.flush().unwrap_err();
    assert_eq!((error.annotations, error.lost), (1, 0));
    // The name is reserved.
    let note = trace_runtime::feedback::Annotation::new("note").score(1);
    registration.annotate(id, note).unwrap();
    assert!(registration.flush().is_err());
    assert_eq!(phoenix.data().requests, 2);
    assert_eq!(stats(&registration).lost_by_cause, [("status 400", 1), ("status 422", 1)].into());
    let messages = messages.lock().unwrap();
    assert!(messages[0].contains("answered 422 (result.score is not a number), 1 annotation not"));
    assert!(messages[1].contains("answered 400 (The name 'note' is reserved)"), "{messages:?}");
}

#[test]
fn credential_is_in_no_message_and_no_file() {
    let (_lock, folder) = (Program::lock(), TempFolder::new());
    let (phoenix, receiver) = phoenix();
    phoenix.data().key = "the right one".to_owned();
    let (registration, messages) = install(&receiver.endpoint(), |builder| {
        builder.api_key(SECRET).spool(folder.path()).durable(true)
    });
    registration.annotate(Target::session("s"), thumbs_up()).unwrap();
    let error = registration.flush().unwrap_err().to_string();
    let debug = format!("{registration:?}");
    let stats = stats(&registration);
    assert_eq!(stats.lost_by_cause, [("credential", 1)].into());
    drop(registration);
    let messages = messages.lock().unwrap().join("\n");
    let advice = "answered 401 (Invalid token [hidden]), 1 annotation not delivered: it rejected \
                  the API key from `api_key(..)`; correct the key";
    assert!(messages.contains(advice), "{messages}");
    for text in [messages, error, debug] {
        assert!(!text.contains(SECRET), "{text}");
    }

    let away = quiet_builder().endpoint(unused_endpoint()).api_key(SECRET).spool(folder.path());
    let away = away.shutdown_timeout(Duration::from_millis(100)).feedback().unwrap();
    away.annotate(Target::session("s"), thumbs_up()).unwrap();
    wait_until(|| away.stats()[0].feedback.on_disk == 1);
    drop(away);
    let files = folder.files();
    assert!(!files.is_empty());
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()));
    }
}

#[test]
fn feedback_beyond_the_bound_is_counted_and_reported() {
    let _lock = Program::lock();
    let (registration, messages) =
        install(&unused_endpoint(), |builder| builder.shutdown_timeout(Duration::from_millis(100)));
    let long = thumbs_up().explanation("x".repeat(60_000));
    for user in 0..400 {
        registration
            .annotate(Target::session("s"), long.clone().identifier(user.to_string()))
            .unwrap();
    }
    let stats = stats(&registration);
    assert_eq!(stats.given, 400);
    assert!(stats.lost > 0 && stats.lost < 300, "{stats:?}");
    assert_eq!(stats.lost_by_cause["queue full"], stats.lost);
    assert!(messages.lock().unwrap()[0].contains("annotations wait"), "{messages:?}");
    drop(registration);
}
