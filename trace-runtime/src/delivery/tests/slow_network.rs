//! A network on which a long body takes longer than one attempt may.

use super::harness::{ALL, long_span, send_all};
use super::{accepted, failure};
use crate::delivery::body::{Body, count};
use crate::delivery::destination::{Attempt, Transport};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// A transport that takes this many bytes in the time of one attempt.
#[derive(Debug)]
struct Slow {
    bytes: usize,
    given: mpsc::Sender<Body>,
}

impl Transport for Slow {
    fn send(&mut self, body: &Body, within: Duration) -> Attempt {
        self.given.send(body.clone()).unwrap();
        if body.bytes.len() <= self.bytes {
            return accepted();
        }
        thread::sleep(within);
        Attempt::Retry { error: failure(), after: None }
    }

    fn timeout(&self) -> Duration {
        Duration::from_millis(5)
    }

    fn wants_gzip(&self) -> bool {
        false
    }

    fn max_request_bytes(&self) -> usize {
        usize::MAX
    }

    fn address(&self) -> String {
        "slow".to_owned()
    }

    fn identity(&self) -> &'static str {
        "slow"
    }
}

/// A whole batch would time out again and again on this network.
#[test]
fn body_that_times_out_is_sent_in_parts() {
    let (given, gets) = mpsc::channel();
    let body = send_all(ALL.map(long_span), |_| Slow { bytes: 120_000, given });
    assert!(body.length > 200_000, "{}", body.length);
    let sent = |body: Body| count(&body.protobuf().unwrap()).unwrap();
    assert_eq!(gets.iter().map(sent).collect::<Vec<_>>(), [4, 2, 2]);
}
