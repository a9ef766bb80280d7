//! A network on which a long body takes longer than one try may.

use super::crowded::long;
use super::run::{ALL, LONG, new_queue};
use super::{accepted, failure};
use crate::export::body::{Body, count};
use crate::export::deliver::{Attempt, Transport};
use crate::export::queue::Batch;
use crate::export::retry::Backoff;
use crate::export::sender::Sender;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Takes so many bytes in the time that a try has.
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
        Attempt::Again { failure: failure(), after: None }
    }

    fn timeout(&self) -> Duration {
        Duration::from_millis(5)
    }

    fn wants_gzip(&self) -> bool {
        false
    }

    fn longest(&self) -> usize {
        usize::MAX
    }

    fn address(&self) -> String {
        "slow".to_owned()
    }

    fn identity(&self) -> &'static str {
        "slow"
    }
}

#[test]
fn what_takes_longer_than_a_try_may_is_sent_in_parts() {
    let queue = Arc::new(new_queue(|_| {}));
    for name in ALL {
        queue.push(long(name));
    }
    let mut block = queue.take().unwrap();
    let (id, spans) = (block.id, block.spans.len() as u64);
    let body = Body::encode(block.spans.take(), &ResourceAttributesWithSchema::default());
    assert!(spans == 4 && body.length > 200_000, "{}", body.length);
    let (given, gets) = mpsc::channel();
    let sender = Sender {
        queue: Arc::clone(&queue),
        transport: Box::new(Slow { bytes: 120_000, given }),
        backoff: Backoff::default(),
        store: None,
    };
    let sender = thread::spawn(move || sender.run());
    let flush = queue.begin_flush();
    queue.post(Batch { id, spans, body });
    assert_eq!(queue.wait_for(&flush, Instant::now() + LONG).delivered, 4);
    queue.finished();
    queue.stop(LONG);
    sender.join().unwrap();
    let sent = |body: Body| count(&body.protobuf().unwrap()).unwrap();
    assert_eq!(gets.iter().map(sent).collect::<Vec<_>>(), [4, 2, 2]);
}
