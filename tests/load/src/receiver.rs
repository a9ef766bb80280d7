//! A receiver of OTLP over HTTP on plain sockets, which stores only the ids of spans.

use flate2::read::GzDecoder;
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

/// The reaction to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Accept all spans.
    Accept,
    /// Refuse this number of spans in a partial success, and accept the others.
    RefuseSome(u32),
    /// Answer with this status and accept nothing.
    Status(u16),
    /// Answer with this status and `retry-after` in seconds.
    RetryAfter(u16, u32),
    /// Close the connection without reading the body.
    Reset,
    /// Wait this long, then close the connection without an answer.
    Hang(Duration),
}

/// Chooses the reaction to the next request. It runs on the thread of the connection.
type Choose = Arc<dyn Fn() -> Action + Send + Sync>;

/// A receiver that runs until the process ends or [`Receiver::go_away`] is called.
pub struct Receiver {
    address: SocketAddr,
    accepted: Arc<Mutex<SpanCounts>>,
    choose: Choose,
    accepting: Option<Accepting>,
}

/// A thread that accepts connections.
struct Accepting {
    is_over: Arc<AtomicBool>,
    /// Returns the connections that are open when it ends.
    thread: JoinHandle<Vec<Connection>>,
}

/// A connection and the thread that serves it.
type Connection = (TcpStream, JoinHandle<Option<()>>);

/// The spans that were accepted or refused.
#[derive(Debug, Default)]
struct SpanCounts {
    /// How often each span was accepted.
    times: HashMap<[u8; 8], u32>,
    /// Spans that were accepted once and refused for good when they were sent again: their sender
    /// must count them as lost.
    refused_later: HashSet<[u8; 8]>,
}

impl Receiver {
    /// Starts a receiver that asks `choose` for the reaction to each request.
    #[must_use]
    pub fn start(choose: impl Fn() -> Action + Send + Sync + 'static) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let (accepted, choose) = (Arc::default(), Arc::new(choose));
        let mut receiver = Receiver { address, accepted, choose, accepting: None };
        receiver.come_back();
        receiver
    }

    /// Closes the port, after answering the requests that were read already.
    pub fn go_away(&mut self) {
        let Some(Accepting { is_over, thread }) = self.accepting.take() else { return };
        is_over.store(true, Ordering::SeqCst);
        // `accept` blocks: a connection wakes the thread, which then sees the flag.
        drop(TcpStream::connect(self.address));
        for (stream, serving) in thread.join().expect("no panic") {
            // The serving thread still answers the request it has read, and then reads the end.
            let _ = stream.shutdown(Shutdown::Read);
            let _ = serving.join();
        }
    }

    /// Listens again on the same port.
    pub fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).expect("a free port");
        self.address = listener.local_addr().expect("an address");
        let (accepted, choose) = (Arc::clone(&self.accepted), Arc::clone(&self.choose));
        let is_over = Arc::<AtomicBool>::default();
        let ends = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            let mut open: Vec<Connection> = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                if ends.load(Ordering::SeqCst) {
                    break;
                }
                open.retain(|(_, serving)| !serving.is_finished());
                let (accepted, choose) = (Arc::clone(&accepted), Arc::clone(&choose));
                let reading = stream.try_clone().expect("a descriptor");
                open.push((stream, thread::spawn(move || serve(reading, &choose, &accepted))));
            }
            open
        });
        self.accepting = Some(Accepting { is_over, thread });
    }

    /// Returns the base URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the number of distinct spans that were accepted, and the number of those that were
    /// accepted more than once.
    #[must_use]
    pub fn accepted(&self) -> (u64, u64) {
        let accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        let twice = accepted.times.values().filter(|times| **times > 1).count();
        (accepted.times.len() as u64, twice as u64)
    }

    /// Returns the number of spans that were accepted once and refused for good later.
    #[must_use]
    pub fn refused_later(&self) -> u64 {
        let accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        accepted.refused_later.len() as u64
    }

    /// Forgets all accepted spans.
    pub fn forget(&self) {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner).times.clear();
    }
}

/// Serves the requests of one connection. Returns `None` when the connection closes.
fn serve(stream: TcpStream, choose: &Choose, accepted: &Mutex<SpanCounts>) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let Head { length, is_gzip } = read_head(&mut reader)?;
        let action = choose();
        if action == Action::Reset {
            return None;
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        if is_gzip {
            let mut decoded = Vec::new();
            GzDecoder::new(&body[..]).read_to_end(&mut decoded).expect("gzip");
            body = decoded;
        }
        let (status, headers, answer) = match action {
            Action::Hang(pause) => {
                thread::sleep(pause);
                return None;
            }
            Action::Status(status) => {
                refuse(status, &body, accepted);
                (status, String::new(), Vec::new())
            }
            Action::RetryAfter(status, after) => {
                (status, format!("retry-after: {after}\r\n"), vec![])
            }
            Action::RefuseSome(spans) => (200, String::new(), accept(&body, spans, accepted)),
            Action::Accept | Action::Reset => (200, String::new(), accept(&body, 0, accepted)),
        };
        let length = answer.len();
        let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n");
        writer.write_all(head.as_bytes()).ok()?;
        writer.write_all(&answer).ok()?;
    }
}

/// The headers that are read.
struct Head {
    length: usize,
    is_gzip: bool,
}

/// Reads the request line and the headers.
fn read_head(reader: &mut impl BufRead) -> Option<Head> {
    let (mut length, mut is_gzip) = (None, false);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            return length.map(|length| Head { length, is_gzip });
        }
        is_gzip |= line == "content-encoding: gzip";
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok();
        }
    }
}

/// Decodes the span ids of a request.
fn ids(body: &[u8]) -> Vec<[u8; 8]> {
    let request = Request::decode(body).expect("an OTLP request");
    let scopes = request.resource_spans.into_iter().flat_map(|spans| spans.scope_spans);
    let spans = scopes.flat_map(|scope| scope.spans);
    spans.map(|span| span.span_id.try_into().expect("an id of 8 bytes")).collect()
}

/// Counts the spans of a request, refuses the first ones, and returns the encoded answer.
fn accept(body: &[u8], refused: u32, accepted: &Mutex<SpanCounts>) -> Vec<u8> {
    let ids = ids(body);
    let (refused, others) = ids.split_at(ids.len().min(refused as usize));
    let mut accepted = accepted.lock().unwrap_or_else(PoisonError::into_inner);
    accepted.refuse(refused);
    for id in others {
        *accepted.times.entry(*id).or_default() += 1;
    }
    let partial_success = (!refused.is_empty()).then(|| ExportTracePartialSuccess {
        rejected_spans: i64::try_from(refused.len()).expect("few"),
        error_message: "some".to_owned(),
    });
    ExportTraceServiceResponse { partial_success }.encode_to_vec()
}

/// Notes the spans that a status refuses for good: none for transient statuses, and for 413 only
/// a single span, since larger batches are split and sent again.
fn refuse(status: u16, body: &[u8], accepted: &Mutex<SpanCounts>) {
    let ids = ids(body);
    let is_final = match status {
        408 | 429 | 502..=504 => false,
        413 => ids.len() == 1,
        _ => true,
    };
    if is_final {
        accepted.lock().unwrap_or_else(PoisonError::into_inner).refuse(&ids);
    }
}

impl SpanCounts {
    /// Remembers those of the refused spans that were accepted before.
    fn refuse(&mut self, ids: &[[u8; 8]]) {
        let again = ids.iter().filter(|id| self.times.contains_key(*id));
        self.refused_later.extend(again);
    }
}

// The OTLP messages with only the fields that are read here. Decoding skips all others, so that the
// receiver takes little processor time from the program under test on the same cores.

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
