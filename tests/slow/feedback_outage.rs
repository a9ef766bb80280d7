//! Feedback for a backend that is away for a minute.

use integration_tests::Phoenix;
use integration_tests::delivery::{quiet_builder, unused_endpoint, wait_until};
use std::time::{Duration, Instant};
use trace_runtime::feedback::{Annotation, Target};

const AWAY: Duration = Duration::from_secs(60);

/// No spans are recorded, so the test runs beside those that install a registration.
#[test]
fn backend_that_is_away_for_a_minute_receives_all_feedback_once() {
    let (endpoint, phoenix, began) = (unused_endpoint(), Phoenix::default(), Instant::now());
    phoenix.data().known.insert("s".to_owned());
    let feedback = quiet_builder().endpoint(&endpoint).feedback().unwrap();
    for user in 0..60_u64 {
        let annotation = Annotation::new("user_feedback").score(1.0).identifier(user.to_string());
        feedback.annotate(Target::session("s"), annotation).unwrap();
        let next = began + AWAY * u32::try_from(user + 1).unwrap() / 60;
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    let waiting = feedback.stats().remove(0).feedback;
    assert_eq!((waiting.pending, waiting.lost), (60, 0));
    let _receiver = phoenix.serve_at(&endpoint);
    wait_until(|| feedback.flush().is_ok());
    assert_eq!(feedback.stats()[0].feedback.delivered, 60);
    let data = phoenix.data();
    assert_eq!((data.stored, data.annotations.len()), (60, 60));
}
