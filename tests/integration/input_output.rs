//! Capture of arguments and results as `input.value` and `output.value`.

use integration_tests::{Program, traced};
use serde::{Serialize, Serializer};
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::{self, Debug};
use std::sync::Arc;
use trace_runtime::record::{Attributes, Record};
use trace_runtime::{agent, chain, llm, opentelemetry_sdk::trace::SpanData, tool};

#[derive(Serialize)]
struct Question<'a> {
    text: &'a str,
    weight: f64,
}

#[chain]
fn lone(value: &Question<'_>) -> f64 {
    value.weight
}

#[chain]
fn several(a: &str, b: Option<u8>, c: bool) -> Option<String> {
    (b.is_some() && c).then(|| a.to_owned())
}

#[llm]
fn named(text: &str) -> usize {
    text.len()
}

#[tool]
fn with_path(path: &std::path::Path) -> std::path::PathBuf {
    path.join("b")
}

#[test]
fn single_argument_is_bare_and_several_form_an_object() {
    let tree = traced(|| {
        lone(&Question { text: "why", weight: f64::NAN });
        several("x", None, true);
        several("x", Some(1), true);
        named("four");
        with_path(std::path::Path::new("a"));
    });
    assert_eq!(
        tree,
        r#"lone [CHAIN] ok in={"text":"why","weight":"NaN"} out=NaN
several [CHAIN] ok in={"a":"x","b":null,"c":true} out=null
several [CHAIN] ok in={"a":"x","b":1,"c":true} out=x
named [LLM] ok in={"text":"four"} out=4
with_path [TOOL] ok in={"path":"a"} out=a/b
"#
    );
}

/// A handle without `Serialize` and `Debug`.
struct Database;

/// A handle that records attributes instead.
struct Shard(u8);

impl Record for Shard {
    fn record(&self, attributes: &mut Attributes) {
        attributes.set("shard", self.0);
    }
}

#[agent]
fn plan(database: Arc<Database>, task: &str) -> usize {
    Arc::strong_count(&database) + task.len()
}

#[chain]
fn search(database: &Database, query: &str, limit: u8, shard: &Shard) -> u8 {
    let _ = (database, query, shard);
    limit
}

#[llm]
fn complete(client: &Database, question: &str) -> usize {
    let _ = client;
    question.len()
}

#[chain]
fn connect(database: &Database, replica: &Database) {
    let _ = (database, replica);
}

#[test]
fn opaque_arguments_are_left_out_beside_readable_ones() {
    let program = Program::start();
    plan(Arc::new(Database), "see the \"city\"");
    search(&Database, "x", 3, &Shard(7));
    complete(&Database, "why");
    connect(&Database, &Database);
    assert_eq!(program.attribute("search", "shard").unwrap(), "7");
    assert_eq!(
        program.tree(),
        r#"plan [AGENT] ok in=see the "city" out=15
search [CHAIN] ok in={"query":"x","limit":3} out=3
complete [LLM] ok in={"question":"why"} out=3
connect [CHAIN] ok in={"database":"<Database>","replica":"<Database>"}
"#
    );
}

#[test]
fn mime_type_matches_the_value() {
    let program = Program::start();
    named("x");
    several("x", Some(1), true);
    lone(&Question { text: "", weight: 1.0 });
    let mime = |span, key| program.attribute(span, key).unwrap();
    assert_eq!(mime("named", "input.mime_type"), "application/json");
    assert_eq!(mime("named", "output.mime_type"), "text/plain");
    assert_eq!(mime("several", "output.mime_type"), "text/plain");
    assert_eq!(mime("lone", "input.mime_type"), "application/json");
    assert_eq!(mime("lone", "output.mime_type"), "text/plain");
}

struct Panics;

impl Debug for Panics {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in Debug")
    }
}

#[chain]
fn hostile(_a: &Panics, _b: &HashMap<(u8, u8), u8>, _c: &str) -> Panics {
    Panics
}

#[test]
fn capture_failure_never_reaches_the_caller() {
    assert_eq!(
        traced(|| hostile(&Panics, &HashMap::from([((1, 2), 3)]), "a\0b")),
        r#"hostile [CHAIN] ok in={"_a":"<unserializable: in Debug>","_b":"<unserializable: key must be a string>","_c":"ab"} out=<unserializable: in Debug>
"#
    );
}

#[chain]
fn long(text: String) -> Vec<String> {
    vec![text]
}

#[test]
fn long_value_is_truncated_with_a_marker() {
    let program = Program::start();
    long("é".repeat(1 << 20));
    let spans: Vec<SpanData> = program.spans();
    let value = |key: &str| {
        let found = spans[0].attributes.iter().find(|kv| kv.key.as_str() == key);
        found.map(|kv| kv.value.as_str().into_owned()).unwrap()
    };
    for key in ["input.value", "output.value"] {
        let value = value(key);
        assert!(value.len() <= 1 << 20 && value.len() > (1 << 20) - 100, "{}", value.len());
        let (kept, marker) = value.split_once('…').expect("a marker");
        let missing: usize = marker.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap();
        let written = if key == "input.value" { 2 << 20 } else { (2 << 20) + 4 };
        assert_eq!(kept.len() + missing, written, "{key}");
    }
    assert_eq!(value("output.mime_type"), "text/plain", "truncated JSON is not JSON");
}

/// Serializes to 100 MB of JSON, generated on demand; counts the bytes that were requested.
struct Huge<'a>(&'a Cell<usize>);

const CHUNK: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

impl Serialize for Huge<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let chunks = (0..100_000_000 / CHUNK.len()).map(|_| {
            self.0.set(self.0.get() + CHUNK.len());
            CHUNK
        });
        serializer.collect_seq(chunks)
    }
}

#[chain(skip_output)]
fn huge(value: &Huge<'_>) {
    let _ = value;
}

#[test]
fn serialization_stops_far_beyond_the_limit() {
    let program = Program::start();
    let written = Cell::new(0);
    huge(&Huge(&written));
    // Beyond 16 times the limit the serializer stops counting the missing bytes.
    assert!(written.get() < 17 << 20, "{} bytes were requested", written.get());
    let input = program.attribute("huge", "input.value").unwrap();
    assert!(input.len() <= 1 << 20 && input.contains("[more than "), "{}", input.len());
    assert_eq!(program.attribute("huge", "input.mime_type").as_deref(), Some("text/plain"));
}

#[chain(skip(clone_counter))]
fn not_cloned(value: NotClone, clone_counter: u8) -> NotClone {
    let _ = clone_counter;
    value
}

struct NotClone;

#[test]
fn arguments_need_no_clone() {
    assert_eq!(
        traced(|| not_cloned(NotClone, 1)),
        "not_cloned [CHAIN] ok in=<NotClone> out=<NotClone>\n"
    );
}
