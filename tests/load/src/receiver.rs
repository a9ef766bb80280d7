//! A receiver of OTLP over HTTP on bare sockets, that keeps ids alone.

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What to do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Take everything.
    Accept,
    /// Take all but the first spans.
    RefuseSome(u32),
    /// Answer with this status, and take nothing.
    Status(u16),
    /// The same, with `retry-after` in seconds.
    RetryAfter(u16, u32),
    /// Close without reading the body.
    Reset,
    /// Answer nothing for a while, then close.
    Hang(Duration),
}

type Choose = Arc<dyn Fn() -> Act + Send + Sync>;

/// It runs as long as the process does, unless it goes away.
pub struct Receiver {
    address: SocketAddr,
    taken: Arc<Mutex<Taken>>,
    choose: Choose,
    accepting: Option<Accepting>,
}

/// A thread that accepts connections.
struct Accepting {
    is_over: Arc<AtomicBool>,
    /// Ends with the connections that are open.
    thread: JoinHandle<Vec<Connection>>,
}

/// A connection, and the thread that serves it.
type Connection = (TcpStream, JoinHandle<Option<()>>);

/// The spans that came.
#[derive(Debug, Default)]
struct Taken {
    /// How often each was taken.
    times: HashMap<[u8; 8], u32>,
    /// Those that were refused for good when they came again: their sender has to call them lost.
    refused_later: HashSet<[u8; 8]>,
}

impl Receiver {
    /// Starts a receiver that does with each request what the closure says.
    #[must_use]
    pub fn start(choose: impl Fn() -> Act + Send + Sync + 'static) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let (taken, choose) = (Arc::default(), Arc::new(choose));
        let mut receiver = Receiver { address, taken, choose, accepting: None };
        receiver.come_back();
        receiver
    }

    /// Closes its port. Requests that it has read are answered before.
    pub fn go_away(&mut self) {
        let Some(Accepting { is_over, thread }) = self.accepting.take() else { return };
        is_over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        for (stream, serving) in thread.join().expect("it accepts") {
            let _ = stream.shutdown(Shutdown::Read);
            let _ = serving.join();
        }
    }

    /// Listens where it did before.
    pub fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).expect("a free port");
        self.address = listener.local_addr().expect("an address");
        let (taken, choose) = (Arc::clone(&self.taken), Arc::clone(&self.choose));
        let is_over = Arc::<AtomicBool>::default();
        let ends = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            let mut open: Vec<Connection> = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                if ends.load(Ordering::SeqCst) {
                    break;
                }
                open.retain(|(_, serving)| !serving.is_finished());
                let (taken, choose) = (Arc::clone(&taken), Arc::clone(&choose));
                let reading = stream.try_clone().expect("a descriptor");
                open.push((stream, thread::spawn(move || serve(reading, &choose, &taken))));
            }
            open
        });
        self.accepting = Some(Accepting { is_over, thread });
    }

    /// The base URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many spans were taken, and how many of them more than once.
    #[must_use]
    pub fn taken(&self) -> (u64, u64) {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let twice = taken.times.values().filter(|times| **times > 1).count();
        (taken.times.len() as u64, twice as u64)
    }

    /// How many spans were taken, and refused for good when they came again.
    #[must_use]
    pub fn refused_later(&self) -> u64 {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.refused_later.len() as u64
    }

    /// Forgets what was taken.
    pub fn forget(&self) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).times.clear();
    }
}

fn serve(stream: TcpStream, choose: &Choose, taken: &Mutex<Taken>) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let length = read_head(&mut reader)?;
        let act = choose();
        if act == Act::Reset {
            return None;
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (status, headers, answer) = match act {
            Act::Hang(pause) => {
                thread::sleep(pause);
                return None;
            }
            Act::Status(status) => {
                refuse(status, &body, taken);
                (status, String::new(), Vec::new())
            }
            Act::RetryAfter(status, after) => (status, format!("retry-after: {after}\r\n"), vec![]),
            Act::RefuseSome(spans) => (200, String::new(), take(&body, spans, taken)),
            Act::Accept | Act::Reset => (200, String::new(), take(&body, 0, taken)),
        };
        let length = answer.len();
        let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n");
        writer.write_all(head.as_bytes()).ok()?;
        writer.write_all(&answer).ok()?;
    }
}

/// Reads up to the body; returns its length.
fn read_head(reader: &mut impl BufRead) -> Option<usize> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            return length;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok();
        }
    }
}

fn ids(body: &[u8]) -> Vec<[u8; 8]> {
    let request = Request::decode(body).expect("an OTLP request");
    let scopes = request.resource_spans.into_iter().flat_map(|spans| spans.scope_spans);
    let spans = scopes.flat_map(|scope| scope.spans);
    spans.map(|span| span.span_id.try_into().expect("an id of 8 bytes")).collect()
}

fn take(body: &[u8], refused: u32, taken: &Mutex<Taken>) -> Vec<u8> {
    let ids = ids(body);
    let (refused, accepted) = ids.split_at(ids.len().min(refused as usize));
    let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
    taken.refuse(refused);
    for id in accepted {
        *taken.times.entry(*id).or_default() += 1;
    }
    let partial_success = (!refused.is_empty()).then(|| ExportTracePartialSuccess {
        rejected_spans: i64::try_from(refused.len()).expect("few"),
        error_message: "some".to_owned(),
    });
    ExportTraceServiceResponse { partial_success }.encode_to_vec()
}

/// Notes what a status refuses for good: the passing ones nothing, 413 a lone span.
fn refuse(status: u16, body: &[u8], taken: &Mutex<Taken>) {
    let ids = ids(body);
    let is_final = match status {
        408 | 429 | 502..=504 => false,
        413 => ids.len() == 1,
        _ => true,
    };
    if is_final {
        taken.lock().unwrap_or_else(PoisonError::into_inner).refuse(&ids);
    }
}

impl Taken {
    fn refuse(&mut self, ids: &[[u8; 8]]) {
        let again = ids.iter().filter(|id| self.times.contains_key(*id));
        self.refused_later.extend(again);
    }
}

// The messages of OTLP with the fields that are looked at: the others are skipped, so that a
// receiver on the same cores costs the programs little.

#[derive(Clone, PartialEq, prost::Message)]
struct Request {
    #[prost(message, repeated, tag = "1")]
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ResourceSpans {
    #[prost(message, repeated, tag = "2")]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ScopeSpans {
    #[prost(message, repeated, tag = "2")]
    spans: Vec<Span>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Span {
    #[prost(bytes = "vec", tag = "2")]
    span_id: Vec<u8>,
}
