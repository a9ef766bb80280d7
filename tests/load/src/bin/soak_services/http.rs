//! As much of HTTP as the nodes and the receiver need.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// The time that a node waits for another one.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A request, with the names of its headers in lower case.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Reads a request. Returns `None` if the connection closes before its end.
    pub(crate) fn read(reader: &mut impl BufRead) -> Option<Self> {
        let mut request = Request::default();
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
        line.split(' ').nth(1)?.clone_into(&mut request.path);
        loop {
            line.clear();
            reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
            let Some((name, value)) = line.trim().split_once(':') else { break };
            request.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length = request.headers.get("content-length").and_then(|length| length.parse().ok());
        request.body.resize(length.unwrap_or(0), 0);
        reader.read_exact(&mut request.body).ok()?;
        Some(request)
    }
}

/// Answers with a status and no body.
pub(crate) fn answer(stream: &mut TcpStream, status: u16) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n")
}

/// Sends a request to a node, and returns the status of the answer.
pub(crate) fn get(port: u16, path: &str, headers: &[(String, String)]) -> std::io::Result<u16> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    write!(stream, "GET {path} HTTP/1.1\r\nhost: n\r\n{}\r\n", headers.collect::<String>())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
}
