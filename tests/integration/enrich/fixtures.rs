//! One fixture for each API: a documented request and response with the expected attributes. See
//! `tests/fixtures/enrich/README.md`.

use super::{difference, enriched_call, parsed};
use serde_json::{Map, Value};
use std::path::Path;

/// With `UPDATE_FIXTURES=1` the test writes the found attributes into the fixtures and fails, so
/// that the difference is reviewed.
#[test]
fn each_documented_api_is_read() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/enrich");
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        entries.filter(|path| path.extension() == Some("json".as_ref())).collect();
    paths.sort();
    assert!(paths.len() > 30, "fixtures are missing");
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

/// Returns the attributes that enriching adds or changes.
fn added(fixture: &Value) -> Map<String, Value> {
    let kind = fixture["kind"].as_str().unwrap();
    let (input, output) = (fixture.get("input"), fixture.get("output"));
    let mut found = parsed(enriched_call(kind, input, output));
    found.retain(|key, value| match key.as_str() {
        "openinference.span.kind" => false,
        "input.value" => Some(&*value) != input,
        "output.value" => Some(&*value) != output,
        _ => true,
    });
    found
}
