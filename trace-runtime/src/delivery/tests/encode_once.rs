//! A batch is encoded and compressed once.

use super::accepted;
use super::harness::{ALL, LONG, send_all, span};
use crate::delivery::body::{Body, count};
use crate::delivery::destination::{Attempt, SendError, Transport};
use std::sync::mpsc;
use std::time::Duration;

/// A transport with gzip that keeps each body, and accepts from the third attempt on.
#[derive(Debug)]
struct Busy {
    given: mpsc::Sender<Body>,
    tries: u32,
    longest: usize,
}

impl Transport for Busy {
    fn send(&mut self, body: &Body, _within: Duration) -> Attempt {
        self.given.send(body.clone()).unwrap();
        self.tries += 1;
        let what = "busy".to_owned();
        let failure = SendError { cause: "status", what, advice: String::new() };
        if self.tries < 3 { Attempt::Retry { error: failure, after: None } } else { accepted() }
    }

    fn timeout(&self) -> Duration {
        LONG
    }

    fn wants_gzip(&self) -> bool {
        true
    }

    fn max_request_bytes(&self) -> usize {
        self.longest
    }

    fn address(&self) -> String {
        "busy".to_owned()
    }

    fn identity(&self) -> &'static str {
        "busy"
    }
}

/// Sends one batch of four spans. Returns its body without compression, and every body that was
/// sent.
fn sent(longest: impl FnOnce(usize) -> usize) -> (Body, Vec<Body>) {
    let (given, gets) = mpsc::channel();
    let plain =
        send_all(ALL.map(span), |plain| Busy { given, tries: 0, longest: longest(plain.length) });
    (plain, gets.iter().collect())
}

/// Encoding and gzip are the expensive steps, so a retry sends the same memory.
#[test]
fn batch_tried_again_is_compressed_once() {
    let (plain, bodies) = sent(|length| length);
    assert_eq!((bodies.len(), bodies[0].is_gzip), (3, true));
    assert_eq!((bodies[0].protobuf().unwrap(), bodies[0].length), (plain.bytes, plain.length));
    let places: Vec<_> = bodies.iter().map(|body| body.bytes.as_ptr()).collect();
    assert!(places.iter().all(|place| *place == places[0]), "the same bytes, not equal ones");
}

/// A body that no backend takes is not sent as a whole first.
#[test]
fn body_above_the_limit_is_split_before_it_is_sent() {
    let (_, bodies) = sent(|length| length - 1);
    let spans: Vec<_> =
        bodies.iter().map(|body| count(&body.protobuf().unwrap()).unwrap()).collect();
    assert_eq!(spans, [2, 2, 2, 2], "the first half three times, then the second");
}
