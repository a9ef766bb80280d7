//! The requests on the wire, for each protocol and compression.

use crate::{COMPRESSION, PROTOCOL, deliver_once, delivering, stderr_lines};
use integration_tests::receiver::Received;
use integration_tests::{Program, Receiver, Reply, is_child};
use std::collections::BTreeSet;

/// Delivers in a child process, and returns the requests.
fn received(test: &str, protocol: &str, compression: &str) -> Vec<Received> {
    let receiver = match protocol {
        "grpc" => Receiver::grpc_answering(|_, _| Reply::default()),
        _ => Receiver::http(),
    };
    let mut child = delivering(test, &receiver.endpoint());
    child.env(PROTOCOL, protocol).env(COMPRESSION, compression);
    child.env("OTEL_EXPORTER_OTLP_HEADERS", "x-from=environment,x-other=environment");
    let lines = stderr_lines(&mut child);
    assert_eq!(lines, ["delivered 3, lost 0"], "{protocol}, {compression}");
    receiver.received()
}

/// Returns what a backend reads of the spans: the scope, the names, the keys, and the service.
fn content(requests: &[Received]) -> BTreeSet<String> {
    let resources = requests.iter().flat_map(|received| &received.request.resource_spans);
    let mut content = BTreeSet::new();
    for resource in resources {
        for pair in &resource.resource.as_ref().expect("a resource").attributes {
            // Every process has another instance id.
            if pair.key != "service.instance.id" {
                content.insert(format!("{} {:?}", pair.key, pair.value));
            }
        }
        for scoped in &resource.scope_spans {
            content.insert(format!("scope {:?} {}", scoped.scope, scoped.schema_url));
            for span in &scoped.spans {
                let ids = (span.trace_id.len(), span.span_id.len(), span.parent_span_id.len());
                content.insert(format!("{} {:?} {ids:?} {}", span.name, span.status, span.flags));
                let attributes = span.attributes.iter();
                content.extend(attributes.map(|pair| format!("{} {:?}", pair.key, pair.value)));
            }
        }
    }
    content
}

const TEST: &str = "protocols::every_protocol_and_compression_sends_what_our_transport_sends";

#[test]
fn every_protocol_and_compression_sends_what_our_transport_sends() {
    if is_child() {
        return deliver_once();
    }
    let _lock = Program::lock();
    let ours = content(&received(TEST, "http/protobuf", "none"));
    assert!(ours.len() > 5, "{ours:?}");
    let cases = [
        ("http/json", "none"),
        ("http/json", "gzip"),
        ("http/json", "zstd"),
        ("http/protobuf", "zstd"),
        ("grpc", "zstd"),
    ];
    for (protocol, compression) in cases {
        let requests = received(TEST, protocol, compression);
        let found = content(&requests);
        let different: Vec<_> = found.symmetric_difference(&ours).collect();
        assert!(different.is_empty(), "{protocol}, {compression}: {different:#?}");
        let [request] = &requests[..] else { panic!("one request: {requests:?}") };
        let header = |name: &str| request.headers.get(name).map(String::as_str);
        assert_eq!((header("x-from"), header("x-other")), (Some("code"), Some("environment")));
        let encoding = if protocol == "grpc" { "grpc-encoding" } else { "content-encoding" };
        assert_eq!(header(encoding).unwrap_or("none"), compression);
        let (path, kind) = match protocol {
            "grpc" => ("grpc", "application/grpc"),
            "http/json" => ("/v1/traces", "application/json"),
            _ => ("/v1/traces", "application/x-protobuf"),
        };
        assert_eq!((&*request.path, header("content-type")), (path, Some(kind)));
    }
}
