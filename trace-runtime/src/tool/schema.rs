//! The JSON schema of all parameters of a tool, written once per process.

use super::parameter::Parameter;
use crate::panic::contained;
use opentelemetry::StringValue;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A schema as an attribute, and as a value to hand to a model.
#[derive(Clone, Debug)]
pub struct Parameters {
    pub(crate) text: StringValue,
    value: Arc<Value>,
}

impl Parameters {
    /// A copy of the schema.
    #[must_use]
    pub fn value(&self) -> Value {
        Value::clone(&self.value)
    }
}

type Written = HashMap<Box<[Parameter]>, Parameters>;

static WRITTEN: RwLock<Option<Written>> = RwLock::new(None);

/// The schema of the parameters.
#[must_use]
pub fn parameters(parameters: &[Parameter]) -> Parameters {
    let written = WRITTEN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = written.as_ref().and_then(|written| written.get(parameters)) {
        return found.clone();
    }
    drop(written);
    let value = schema(parameters);
    let new = Parameters { text: value.to_string().into(), value: Arc::new(value) };
    let mut written = WRITTEN.write().unwrap_or_else(PoisonError::into_inner);
    written.get_or_insert_default().insert(parameters.into(), new.clone());
    new
}

fn schema(parameters: &[Parameter]) -> Value {
    // Not every model follows references.
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for parameter in parameters {
        // A user's `JsonSchema` that panics leaves its argument open.
        let write = || parameter.write_schema.map(|write| write(&mut generator).to_value());
        let written = contained(write).ok().flatten();
        if parameter.is_destructured {
            add_fields(parameter, written, &mut properties, &mut required);
        } else if let [name] = parameter.names {
            properties.insert((*name).to_owned(), described(parameter, written));
            required.extend((!parameter.is_optional).then(|| Value::from(*name)));
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties, "required": required });
    let definitions = generator.take_definitions(true);
    if !definitions.is_empty() {
        schema["$defs"] = Value::Object(definitions);
    }
    schema
}

/// A struct that is taken apart in the signature gives its fields.
fn add_fields(
    parameter: &Parameter,
    written: Option<Value>,
    properties: &mut Map<String, Value>,
    required: &mut Vec<Value>,
) {
    if let Some(Value::Object(mut written)) = written
        && let Some(Value::Object(fields)) = written.remove("properties")
    {
        let is_given = |name: &str| !parameter.skipped.contains(&name);
        properties.extend(fields.into_iter().filter(|(name, _)| is_given(name)));
        if let Some(Value::Array(names)) = written.remove("required") {
            required.extend(names.into_iter().filter(|name| name.as_str().is_none_or(is_given)));
        }
        return;
    }
    for name in parameter.names {
        properties.insert((*name).to_owned(), described(parameter, None));
        required.push(Value::from(*name));
    }
}

/// The schema with the argument's doc comment; open where the type has none.
fn described(parameter: &Parameter, written: Option<Value>) -> Value {
    let mut schema = match written {
        Some(Value::Object(schema)) => schema,
        _ => Map::new(),
    };
    if !parameter.description.is_empty() {
        schema.insert("description".to_owned(), parameter.description.into());
    }
    Value::Object(schema)
}
