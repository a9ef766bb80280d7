//! Removes estimated costs, which change with the table of prices.

use serde_json::{Map, Value};

/// Removes the cost from attributes whose metadata notes that it is an estimate, and the note.
pub fn remove_estimate(attributes: &mut Map<String, Value>) {
    let note = |metadata: &Value| match metadata {
        Value::String(text) => text.starts_with("{\"cost_estimated_from\":"),
        metadata => metadata.get("cost_estimated_from").is_some(),
    };
    if attributes.get("metadata").is_some_and(note) {
        attributes.retain(|key, _| key != "metadata" && !key.starts_with("llm.cost."));
    }
}
