//! A running server, and an HTTP client that can send anything.

use base64::Engine;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// A server in a process of its own, which ends with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_llm-trace"));
        command.args(["--port", "0"]).args(arguments).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let port = line.split_once("http://localhost:").unwrap().1.split_once('/').unwrap().0;
        Server { port: port.parse().unwrap(), child }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Sends a signal, and waits for the end.
    pub(crate) fn stop(mut self, signal: &str) -> ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        self.child.wait().unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String, String) {
        self.request(&format!("GET {path} HTTP/1.1\r\nHost: localhost:{}\r\n", self.port), b"")
    }

    pub(crate) fn post_json(&self, body: &str) -> (u16, String, String) {
        let head = format!("POST /v1/traces HTTP/1.1\r\nHost: localhost:{}\r\n", self.port);
        self.request(&format!("{head}Content-Type: application/json\r\n"), body.as_bytes())
    }

    /// Sends a request with these lines in front, and returns the status, the head and the body.
    pub(crate) fn request(&self, head: &str, body: &[u8]) -> (u16, String, String) {
        let length = if body.is_empty() && head.starts_with("GET") {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        let head = format!("{head}{length}Connection: close\r\n\r\n");
        answer(self.send(&[head.as_bytes(), body].concat()))
    }

    /// Announces a body of this length, and sends nothing of it.
    pub(crate) fn request_with_length(&self, head: &str, length: usize) -> (u16, String, String) {
        let head = format!("{head}Content-Length: {length}\r\nConnection: close\r\n\r\n");
        answer(self.send(head.as_bytes()))
    }

    fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        // A server that rejects the head may close before it has read the body.
        let _ = stream.write_all(bytes);
        stream
    }

    /// Opens the stream of events, with more headers.
    pub(crate) fn events(&self, headers: &str) -> Events {
        let head =
            format!("GET /events HTTP/1.1\r\nHost: localhost:{}\r\n{headers}\r\n", self.port);
        let mut reader = BufReader::new(self.send(head.as_bytes()));
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 200"), "{line}");
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).unwrap();
        }
        Events(reader)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answer(mut stream: TcpStream) -> (u16, String, String) {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let _ = stream.shutdown(Shutdown::Both);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or_default();
    (status, format!("{head}\r\n"), body.to_owned())
}

/// An open stream of events.
pub(crate) struct Events(BufReader<TcpStream>);

impl Events {
    /// Waits for the next event, and returns its id and the JSON lines in its block.
    pub(crate) fn next(&mut self) -> (String, String) {
        let mut id = String::new();
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream has ended");
            if let Some(found) = line.strip_prefix("id: ") {
                found.trim_end().clone_into(&mut id);
            } else if let Some(block) = line.strip_prefix("data: ") {
                let gzip = base64::prelude::BASE64_STANDARD.decode(block.trim_end()).unwrap();
                let mut lines = String::new();
                GzDecoder::new(&*gzip).read_to_string(&mut lines).unwrap();
                return (id, lines);
            }
        }
    }

    /// Waits until the server ends the stream.
    pub(crate) fn ends(mut self) -> bool {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).is_ok()
    }
}

/// Returns a request with one span in JSON.
pub(crate) fn line_with_a_span(name: &str) -> String {
    let span = serde_json::json!({
        "traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "a1a2a3a4a5a6a7a8", "name": name,
        "startTimeUnixNano": "1700000000000000007", "endTimeUnixNano": "1700000000000000008",
    });
    serde_json::json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).to_string()
}

/// Returns the spans of a line.
pub(crate) fn spans_of(line: &str) -> Vec<Value> {
    let request: Value = serde_json::from_str(line).unwrap();
    let spans = &request["resourceSpans"][0]["scopeSpans"][0]["spans"];
    spans.as_array().unwrap().clone()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
