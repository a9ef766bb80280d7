//! The spans that arrived, with their parents and the times.

use crate::http::{Request, answer};
use prost::Message;
use std::collections::{HashMap, HashSet};
use std::io::BufReader;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A receiver of OTLP over HTTP that accepts everything.
pub(crate) struct Received {
    address: SocketAddr,
    report: Arc<Mutex<Report>>,
}

/// A span that arrived.
#[derive(Clone, Debug)]
struct Arrived {
    trace: Vec<u8>,
    parent: Vec<u8>,
    /// The run of the process that the parent belongs to.
    caller: String,
    run: String,
    at: Instant,
}

/// All spans so far, by their ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    spans: HashMap<Vec<u8>, Arrived>,
    pub(crate) twice: u64,
}

impl Received {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let report = Arc::<Mutex<Report>>::default();
        let shared = Arc::clone(&report);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let report = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &report));
            }
        });
        Received { address, report }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn report(&self) -> Report {
        self.report.lock().expect("no panic").clone()
    }
}

fn serve(mut stream: TcpStream, report: &Mutex<Report>) {
    let Ok(reading) = stream.try_clone() else { return };
    let mut reader = BufReader::new(reading);
    while let Some(request) = Request::read(&mut reader) {
        let export = Export::decode(&request.body[..]).expect("an OTLP request");
        report.lock().expect("no panic").add(export);
        if answer(&mut stream, 200).is_err() {
            return;
        }
    }
}

impl Report {
    fn add(&mut self, export: Export) {
        let at = Instant::now();
        for resource_spans in export.resource_spans {
            let resource = resource_spans.resource.unwrap_or_default();
            let run = attribute(&resource.attributes, "run");
            let scopes = resource_spans.scope_spans.into_iter();
            for span in scopes.flat_map(|scope| scope.spans) {
                let caller = attribute(&span.attributes, "caller");
                let (trace, parent, run) = (span.trace_id, span.parent_span_id, run.clone());
                let arrived = Arrived { trace, parent, caller, run, at };
                self.twice += u64::from(self.spans.insert(span.span_id, arrived).is_some());
            }
        }
    }

    pub(crate) fn spans(&self) -> usize {
        self.spans.len()
    }

    /// Returns the number of spans that arrived, by the run of their process.
    pub(crate) fn arrived(&self) -> HashMap<&str, u64> {
        let mut arrived = HashMap::new();
        for span in self.spans.values() {
            *arrived.entry(&*span.run).or_default() += 1;
        }
        arrived
    }

    pub(crate) fn traces(&self) -> usize {
        self.spans.values().map(|span| &span.trace).collect::<HashSet<_>>().len()
    }

    /// Returns the length of the longest chain of spans.
    pub(crate) fn longest(&self) -> usize {
        let parent = |span: &&Arrived| self.spans.get(&span.parent);
        let length = |span| std::iter::successors(Some(span), parent).count();
        self.spans.values().map(length).max().unwrap_or(0)
    }

    /// Returns the longest time between the arrival of a span and the later one of its parent.
    pub(crate) fn latest_parent(&self) -> Duration {
        let late = |span: &Arrived| {
            Some(self.spans.get(&span.parent)?.at.saturating_duration_since(span.at))
        };
        self.spans.values().filter_map(late).max().unwrap_or_default()
    }

    /// Returns the runs whose spans are parents and did not arrive, once for each child.
    pub(crate) fn missing_parents(&self) -> Vec<&str> {
        let is_orphan =
            |span: &&Arrived| !span.parent.is_empty() && !self.spans.contains_key(&span.parent);
        self.spans.values().filter(is_orphan).map(|span| &*span.caller).collect()
    }
}

fn attribute(attributes: &[Attribute], key: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == key);
    found.and_then(|found| found.value.clone()?.text).unwrap_or_default()
}

// The OTLP messages with only the fields that are read here.

#[derive(Clone, PartialEq, prost::Message)]
struct Export {
    #[prost(message, repeated, tag = "1")]
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ResourceSpans {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Resource {
    #[prost(message, repeated, tag = "1")]
    attributes: Vec<Attribute>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ScopeSpans {
    #[prost(message, repeated, tag = "2")]
    spans: Vec<Span>,
}

#[derive(Clone, PartialEq, prost::Message)]
#[allow(clippy::struct_field_names)] // the names of the protocol
struct Span {
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    span_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    parent_span_id: Vec<u8>,
    #[prost(message, repeated, tag = "9")]
    attributes: Vec<Attribute>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Attribute {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<Text>,
}

/// A value, if it is a text.
#[derive(Clone, PartialEq, prost::Message)]
struct Text {
    #[prost(string, optional, tag = "1")]
    text: Option<String>,
}
