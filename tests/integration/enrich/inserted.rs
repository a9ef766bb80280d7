//! Unknown things are inserted into every fixture at every place. Every attribute that was read
//! before is still read: an API may add a field, a role, a block or a chunk at any time.

use super::{enriched_all, parsed};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use trace_runtime::opentelemetry::KeyValue;

/// One step on the way from the root of a value to a place in it.
#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

/// A change of a value.
#[derive(Debug)]
enum Insertion {
    /// A field of an object.
    Field(&'static str, Value),
    /// An item of a list, before the item at this index.
    Item(usize, Value),
    /// Another form of a number.
    Number(Value),
}

#[test]
fn insertion_of_unknown_things_keeps_every_attribute() {
    let (mut count, mut losses) = (0, Vec::new());
    for (name, fixture) in fixtures() {
        for side in ["input", "output"] {
            let Some(value) = fixture.get(side) else { continue };
            let mut places = Vec::new();
            insertions(value, &mut Vec::new(), &mut places);
            let changed = places.iter().map(|(path, insertion)| changed(value, path, insertion));
            let mut read = read(&fixture, side, [value.clone()].into_iter().chain(changed));
            let before = read.next().unwrap();
            for ((path, insertion), after) in places.iter().zip(read) {
                count += 1;
                let lost = lost(&before, &after);
                if !lost.is_empty() {
                    losses.push(format!("{name}: {side} {path:?} {insertion:?}: {lost:?}"));
                }
            }
        }
    }
    println!("{count} insertions");
    assert!(count > 7_000, "{count} insertions");
    losses.truncate(25);
    assert!(losses.is_empty(), "{}", losses.join("\n"));
}

fn fixtures() -> Vec<(String, Value)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/enrich");
    let paths = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension() == Some("json".as_ref()));
    let read = |path: std::path::PathBuf| {
        let fixture = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), fixture)
    };
    paths.map(read).collect()
}

/// Collects the insertions at a value and below it.
fn insertions(value: &Value, path: &mut Vec<Step>, places: &mut Vec<(Vec<Step>, Insertion)>) {
    let place = path.clone();
    let mut add = |insertion| places.push((place.clone(), insertion));
    match value {
        Value::Object(_) => {
            // The first and the last name in the order of the alphabet.
            add(Insertion::Field("a_new_field", json!({"new": [1, null]})));
            add(Insertion::Field("zz_new_field", json!("new")));
        }
        // A vector, token ids, or the bytes of a body: the numbers are one value.
        Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_number) => {}
        Value::Array(items) => {
            let mut unknown = vec![json!({}), Value::Null, json!({"brand_new": {"a": 1}})];
            unknown.push(json!({"type": "brand_new", "role": "wizard", "new": [1]}));
            unknown.push(json!("new"));
            let mut indexes = vec![0, items.len() / 2, items.len()];
            indexes.dedup();
            // The results of a ranking name the places of the documents.
            if matches!(path.last(), Some(Step::Key(name)) if name == "documents") {
                indexes = vec![items.len()];
            }
            for place in indexes {
                for item in &unknown {
                    // A part of another type separates the pieces of a streamed text.
                    let is_delta =
                        path.iter().any(|step| matches!(step, Step::Key(name) if name == "delta"));
                    if is_delta && item.get("type").is_some() {
                        continue;
                    }
                    add(Insertion::Item(place, item.clone()));
                }
            }
        }
        Value::Number(number) if number.as_u64().is_some_and(|number| number < 1 << 50) => {
            add(Insertion::Number(json!(number.as_f64())));
            let name = path.last().map(|step| format!("{step:?}").to_lowercase());
            let is_count = name.is_some_and(|name| {
                name.contains("token") && !name.contains("max") && !name.contains("budget")
            });
            if is_count {
                add(Insertion::Number(json!(number.to_string())));
            }
        }
        _ => {}
    }
    let below: Vec<(Step, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (Step::Key(key.clone()), value)).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (Step::Index(index), item)).collect()
        }
        _ => Vec::new(),
    };
    for (step, value) in below {
        path.push(step);
        insertions(value, path, places);
        path.pop();
    }
}

fn changed(value: &Value, path: &[Step], insertion: &Insertion) -> Value {
    let mut changed = value.clone();
    let mut place = &mut changed;
    for step in path {
        place = match step {
            Step::Key(key) => &mut place[key],
            Step::Index(index) => &mut place[index],
        };
    }
    match insertion {
        Insertion::Field(name, value) => place[name] = value.clone(),
        Insertion::Item(index, item) => place.as_array_mut().unwrap().insert(*index, item.clone()),
        Insertion::Number(number) => *place = number.clone(),
    }
    changed
}

/// Returns the attributes that are read, each with the number of times that it occurs with any
/// indexes: `llm.input_messages.N.message.role` = `user`.
///
/// A list may become longer at any place, so an item may have another index than before. Values
/// that are JSON may contain more than before, and are compared by their pieces.
fn read(
    fixture: &Value,
    side: &str,
    values: impl Iterator<Item = Value>,
) -> impl Iterator<Item = BTreeMap<String, usize>> {
    let calls = values.map(|value| {
        let kind =
            KeyValue::new("openinference.span.kind", fixture["kind"].as_str().unwrap().to_owned());
        // The documents of a ranking are those of its request; all else is read from one side.
        let other = if side == "input" { "output" } else { "input" };
        let other = fixture.get(other).filter(|_| fixture["kind"] == "RERANKER");
        let other_key = if side == "input" { "output.value" } else { "input.value" };
        let other = other.map(|other| KeyValue::new(other_key, other.to_string()));
        let value = KeyValue::new(format!("{side}.value"), value.to_string());
        [kind, value].into_iter().chain(other).collect()
    });
    enriched_all(calls).into_iter().map(|attributes| {
        let mut counts = BTreeMap::new();
        for (key, value) in parsed(attributes) {
            if !["input.value", "output.value"].contains(&key.as_str()) {
                pieces(&without_indexes(&key), &value, &mut counts);
            }
        }
        counts
    })
}

fn without_indexes(key: &str) -> String {
    let segments = key.split('.').map(|part| if part.parse::<u64>().is_ok() { "N" } else { part });
    // A message with one text has `content`, one with several parts has `contents`.
    let key = segments.collect::<Vec<_>>().join(".");
    key.replace("message.contents.N.message_content.text", "message.content")
}

fn pieces(key: &str, value: &Value, counts: &mut BTreeMap<String, usize>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                pieces(&format!("{key}/{name}"), value, counts);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| pieces(key, item, counts)),
        Value::Null => {}
        // 3 and 3.0 are the same number.
        value => {
            let text =
                value.as_f64().map_or_else(|| value.to_string(), |number| number.to_string());
            *counts.entry(format!("{key} = {text}")).or_default() += 1;
        }
    }
}

/// Returns the attributes that are missing afterwards.
fn lost<'a>(before: &'a BTreeMap<String, usize>, after: &BTreeMap<String, usize>) -> Vec<&'a str> {
    let is_lost = |(key, count): &(&String, &usize)| after.get(*key).is_none_or(|now| now < count);
    before.iter().filter(is_lost).map(|(key, _)| key.as_str()).collect()
}

#[test]
fn lost_attribute_is_noticed() {
    let before = BTreeMap::from([("a = 1".to_owned(), 2)]);
    assert!(lost(&before, &before).is_empty());
    assert_eq!(lost(&before, &BTreeMap::from([("a = 1".to_owned(), 1)])), ["a = 1"]);
    assert_eq!(lost(&before, &BTreeMap::from([("a = 2".to_owned(), 2)])), ["a = 1"]);
}
