//! A fixture for each API: what its documentation shows, and what a span says of it.

use super::{difference, enriched_call, meaning};
use serde_json::{Map, Value};
use std::path::Path;

/// With `UPDATE_FIXTURES=1`, what is found becomes what is expected: read the difference.
#[test]
fn every_api_is_read_as_documented() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/enrich");
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        entries.filter(|path| path.extension() == Some("json".as_ref())).collect();
    paths.sort();
    assert!(paths.len() > 30, "the fixtures are gone");
    let mut differences = String::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut fixture: Value = serde_json::from_str(&text).unwrap();
        let found = added(&fixture);
        let expected = fixture["attributes"].as_object().unwrap();
        let difference = difference(expected, &found);
        if difference.is_empty() {
            continue;
        }
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            fixture["attributes"] = found.into();
            std::fs::write(&path, format!("{fixture:#}\n")).unwrap();
        }
        differences += &format!("{}\n{difference}", path.display());
    }
    assert!(differences.is_empty(), "\n{differences}");
}

/// What enriching adds to a span, or changes.
fn added(fixture: &Value) -> Map<String, Value> {
    let kind = fixture["kind"].as_str().unwrap();
    let (input, output) = (fixture.get("input"), fixture.get("output"));
    let mut found = meaning(enriched_call(kind, input, output));
    found.retain(|key, value| match key.as_str() {
        "openinference.span.kind" => false,
        "input.value" => Some(&*value) != input,
        "output.value" => Some(&*value) != output,
        _ => true,
    });
    found
}
