//! The server from outside: programs that send spans, browsers that read them, and hostile requests.

mod support;

use integration_tests::delivery::{ENDPOINT, env_of_parent};
use integration_tests::{Program, TempFolder, child, is_child};
use std::io::Write;
use std::process::Command;
use support::{Server, line_with_a_span, spans_of};
use trace_runtime::{llm, register};

#[llm]
fn ask(question: &str) -> String {
    format!("answer to {question}")
}

/// Sends the span of one call to an endpoint.
fn send(endpoint: String, question: &str) {
    let registration =
        register().verbose(false).endpoint(endpoint).parent_from_environment().install().unwrap();
    ask(question);
    registration.shutdown().unwrap();
}

#[test]
fn spans_of_a_program_reach_open_and_later_pages() {
    let (_lock, server) = (Program::lock(), Server::start(&[]));
    let mut open = server.events("");
    send(server.url(), "first");
    let (first, span) = open.next();
    assert_eq!(spans_of(&span)[0]["name"], "ask");
    assert!(span.contains("answer to first"), "{span}");
    send(server.url(), "second");
    let (_, span) = open.next();
    assert!(span.contains("answer to second"), "{span}");
    // A page that is opened later shows both; one that connects again continues.
    let mut later = server.events("");
    assert_eq!(later.next().0, first);
    assert_eq!(later.next().1, span);
    let mut again = server.events(&format!("Last-Event-ID: {first}\r\n"));
    assert_eq!(again.next().1, span);
    // An id of another run counts as none.
    let mut other = server.events("Last-Event-ID: 0123-7\r\n");
    assert_eq!(other.next().0, first);
}

#[test]
fn spans_of_two_processes_join_in_one_trace() {
    if is_child() {
        return send(env_of_parent(ENDPOINT), "why");
    }
    let server = Server::start(&[]);
    let trace = "0af7651916cd43dd8448eb211c80319c";
    for _ in 0..2 {
        let mut child = child("spans_of_two_processes_join_in_one_trace");
        child
            .env(ENDPOINT, server.url())
            .env("TRACEPARENT", format!("00-{trace}-b7ad6b7169203331-01"));
        assert!(child.status().unwrap().success());
    }
    let mut events = server.events("");
    let spans = [events.next().1, events.next().1].map(|lines| spans_of(&lines).remove(0));
    assert!(spans.iter().all(|span| span["traceId"] == trace), "{spans:?}");
    assert_ne!(spans[0]["spanId"], spans[1]["spanId"]);
}

#[test]
fn many_pages_receive_each_span() {
    let server = Server::start(&[]);
    let mut pages: Vec<_> = (0..50).map(|_| server.events("")).collect();
    assert_eq!(server.post_json(&line_with_a_span("one")).0, 200);
    for page in &mut pages {
        assert_eq!(spans_of(&page.next().1)[0]["name"], "one");
    }
}

#[test]
fn restart_keeps_the_history() {
    let folder = TempFolder::new();
    let arguments = ["--dir", folder.path().to_str().unwrap()];
    let server = Server::start(&arguments);
    assert_eq!(server.post_json(&line_with_a_span("before")).0, 200);
    assert!(server.stop("TERM").success());
    let [file] = &folder.files()[..] else { panic!("a file for the day") };
    // A server that was killed while it wrote leaves a torn line.
    let mut torn = std::fs::OpenOptions::new().append(true).open(file).unwrap();
    torn.write_all(b"{\"resourceSp").unwrap();
    let server = Server::start(&arguments);
    assert_eq!(server.post_json(&line_with_a_span("after")).0, 200);
    assert!(server.stop("TERM").success());
    let server = Server::start(&arguments);
    let lines = server.events("").next().1;
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!((lines.len(), lines[1]), (3, "{\"resourceSp"));
    assert_eq!(spans_of(lines[0])[0]["name"], "before");
    assert_eq!(spans_of(lines[2])[0]["name"], "after");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(file), mode(folder.path())), (0o600, 0o700));
    }
}

#[test]
fn requests_of_other_sites_are_rejected() {
    let server = Server::start(&[]);
    let port = server.port;
    let here = format!("Host: localhost:{port}\r\n");
    let rejected = [
        String::new(),
        "Host: evil.example\r\n".to_owned(),
        format!("Host: evil.example:{port}\r\n"),
        format!("Host: localhost.evil.example:{port}\r\n"),
        "Host: localhost\r\n".to_owned(),
        "Host: localhost:1\r\n".to_owned(),
        format!("{here}Host: evil.example\r\n"),
        format!("{here}Origin: http://evil.example\r\n"),
        format!("{here}Origin: https://localhost:{port}\r\n"),
        format!("{here}Origin: http://localhost:1\r\n"),
        format!("{here}Origin: http://127.0.0.1:{port}\r\n"),
        format!("{here}Origin: null\r\n"),
        format!("{here}Origin: http://localhost:{port}\r\nOrigin: http://evil.example\r\n"),
    ];
    let body = line_with_a_span("evil");
    for headers in &rejected {
        for path in ["/", "/events", "/healthz", "/nothing"] {
            let (status, ..) = server.request(&format!("GET {path} HTTP/1.1\r\n{headers}"), b"");
            // Without a host, the server may also answer that the request is invalid.
            assert!(status == 403 || headers.is_empty() && status == 400, "{path} {headers}");
        }
        let json = "Content-Type: application/json\r\n";
        let head = format!("POST /v1/traces HTTP/1.1\r\n{headers}{json}");
        let (status, answer, _) = server.request(&head, body.as_bytes());
        assert!(status == 403 || headers.is_empty() && status == 400, "{headers}");
        assert!(!answer.to_lowercase().contains("access-control"), "{answer}");
    }
    for origin in ["", &format!("Origin: http://localhost:{port}\r\n")] {
        let (status, ..) = server.request(&format!("GET /healthz HTTP/1.1\r\n{here}{origin}"), b"");
        assert_eq!(status, 200);
    }
    // None of the rejected spans is shown.
    assert_eq!(server.post_json(&line_with_a_span("good")).0, 200);
    assert_eq!(spans_of(&server.events("").next().1)[0]["name"], "good");
}

#[test]
fn broken_requests_are_answered_and_the_server_continues() {
    let server = Server::start(&[]);
    let post = |headers: &str, body: &[u8]| {
        let head =
            format!("POST /v1/traces HTTP/1.1\r\nHost: localhost:{}\r\n{headers}", server.port);
        server.request(&head, body)
    };
    let protobuf = "Content-Type: application/x-protobuf\r\n";
    let json = "Content-Type: application/json; charset=utf-8\r\n";
    let gzip = "Content-Encoding: gzip\r\n";
    let bomb = support::gzip(&vec![0; 65 << 20]);
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for (status, headers, body) in [
        (400, protobuf.to_owned(), &b"\xff\xff\xff"[..]),
        (400, json.to_owned(), b"{"),
        (400, json.to_owned(), b"3"),
        (400, json.to_owned(), deep.as_bytes()),
        (400, format!("{protobuf}{gzip}"), b"no gzip"),
        (413, format!("{protobuf}{gzip}"), &bomb),
        (415, format!("{protobuf}Content-Encoding: br\r\n"), b""),
        (415, "Content-Type: text/plain\r\n".to_owned(), b"{}"),
        (415, String::new(), b""),
    ] {
        let (found, ..) = post(&headers, body);
        assert_eq!(found, status, "{headers}");
    }
    let long = format!("POST /v1/traces HTTP/1.1\r\nHost: localhost:{}\r\n{json}", server.port);
    assert_eq!(server.request_with_length(&long, 65 << 20).0, 413);
    assert_eq!(server.request("nonsense\r\n", b"").0, 400);
    assert_eq!(post(protobuf, b"").0, 200);
    let line = line_with_a_span("last");
    let (status, _, answer) = post(&format!("{json}{gzip}"), &support::gzip(line.as_bytes()));
    assert_eq!((status, &answer[..]), (200, "{}"));
    assert_eq!(spans_of(&server.events("").next().1)[0]["name"], "last");
}

#[test]
fn page_is_live_and_cannot_be_framed() {
    let server = Server::start(&[]);
    let (status, head, page) = server.get("/");
    assert_eq!(status, 200);
    assert!(page.contains("<meta name=\"trace-live\" content=\"/events\">"), "{page}");
    for header in [
        "content-type: text/html; charset=utf-8",
        "content-security-policy: default-src 'none'; connect-src 'self'; frame-ancestors 'none'; ",
        "x-content-type-options: nosniff",
        "cross-origin-resource-policy: same-origin",
        "cache-control: no-store",
    ] {
        assert!(head.contains(header), "{header} in {head}");
    }
    assert!(!head.contains("access-control"), "{head}");
    let (status, head, _) = server.get("/redirects/projects/my%20project");
    assert!(status == 307 && head.contains("location: /\r\n"), "{head}");
    assert_eq!((server.get("/healthz").0, server.get("/v1/traces").0), (200, 405));
    assert_eq!(server.get("/../etc/passwd").0, 404);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_a_server_with_an_open_page() {
    let server = Server::start(&[]);
    let mut events = server.events("");
    assert_eq!(server.post_json(&line_with_a_span("one")).0, 200);
    events.next();
    assert!(server.stop("INT").success());
    assert!(events.ends());
}

#[test]
fn server_that_cannot_start_names_the_cause() {
    let server = Server::start(&[]);
    let run = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_llm-trace")).args(arguments).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let port = server.port.to_string();
    let error = run(&["--port", &port]);
    assert!(
        error.starts_with(&format!("llm-trace: 127.0.0.1:{port} cannot be opened (")),
        "{error}"
    );
    assert!(error.contains("choose another port with --port"), "{error}");
    let error = run(&["--dir", "/dev/null/traces"]);
    assert!(error.starts_with("llm-trace: --dir names /dev/null/traces, which cannot"), "{error}");
}
