//! Generates the JSON schema of all parameters of a tool, once per process.

use super::parameter::Parameter;
use crate::panic::catch;
use crate::sync;
use opentelemetry::StringValue;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// The schema of all parameters, as the text of an attribute and as a JSON value.
#[derive(Clone, Debug)]
pub struct ParametersSchema {
    /// The value of `tool.parameters`. It is shared by all spans of the tool.
    pub(crate) text: StringValue,
    value: Arc<Value>,
}

impl ParametersSchema {
    /// Returns a copy of the schema.
    #[must_use]
    pub fn value(&self) -> Value {
        Value::clone(&self.value)
    }
}

/// The generated schemas by their parameters. Generated code passes its parameters on each call; a
/// `static` in that code would not do, since all instances of a generic function share it.
type Cache = HashMap<Box<[Parameter]>, ParametersSchema>;

static CACHE: RwLock<Option<Cache>> = RwLock::new(None);

/// Returns the schema of the parameters, from the cache if it was generated before.
#[must_use]
pub fn parameters_schema(parameters: &[Parameter]) -> ParametersSchema {
    let cache = sync::read(&CACHE);
    if let Some(found) = cache.as_ref().and_then(|cache| cache.get(parameters)) {
        return found.clone();
    }
    drop(cache);
    // Generated without the lock: a `JsonSchema` of the application may call a tool itself. Two
    // threads may generate the same schema; the result is equal.
    let value = generate(parameters);
    let text = StringValue::from(value.to_string());
    let new = ParametersSchema { text, value: Arc::new(value) };
    let mut cache = sync::write(&CACHE);
    cache.get_or_insert_default().insert(parameters.into(), new.clone());
    new
}

/// Generates a schema such as
///
/// ```json
/// {
///   "type": "object",
///   "properties": { "city": { "type": "string", "description": "The city" } },
///   "required": ["city"]
/// }
/// ```
fn generate(parameters: &[Parameter]) -> Value {
    // Anthropic and the Model Context Protocol specify JSON Schema 2020-12. The `$schema` key is
    // left out because Gemini rejects keywords that it does not know, and references are inlined
    // because not every model follows them.
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for parameter in parameters {
        // If the `JsonSchema` of the application panics, its argument accepts any value.
        let write = || parameter.write_schema.map(|write| write(&mut generator).to_value());
        let written = catch(write).ok().flatten();
        if parameter.is_destructured {
            add_fields(parameter, written, &mut properties, &mut required);
        } else if let [name] = parameter.names {
            properties.insert((*name).to_owned(), with_description(parameter, written));
            required.extend((!parameter.is_optional).then(|| Value::from(*name)));
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties, "required": required });
    // Recursive types cannot be inlined and stay references to `$defs`.
    let definitions = generator.take_definitions(true);
    if !definitions.is_empty() {
        schema["$defs"] = Value::Object(definitions);
    }
    schema
}

/// Adds a destructured argument. The fields of a struct become properties of the tool, since the
/// span records them by name too. Any other type adds its variables without a schema.
fn add_fields(
    parameter: &Parameter,
    written: Option<Value>,
    properties: &mut Map<String, Value>,
    required: &mut Vec<Value>,
) {
    if let Some(Value::Object(mut written)) = written
        && let Some(Value::Object(fields)) = written.remove("properties")
    {
        let is_kept = |name: &str| !parameter.skipped.contains(&name);
        properties.extend(fields.into_iter().filter(|(name, _)| is_kept(name)));
        if let Some(Value::Array(names)) = written.remove("required") {
            required.extend(names.into_iter().filter(|name| name.as_str().is_none_or(is_kept)));
        }
        return;
    }
    for name in parameter.names {
        properties.insert((*name).to_owned(), with_description(parameter, None));
        required.push(Value::from(*name));
    }
}

/// Adds the doc comment of the argument to its schema. It replaces the description of the type,
/// which is less specific. Without a schema, the result accepts any value.
fn with_description(parameter: &Parameter, written: Option<Value>) -> Value {
    let mut schema = match written {
        Some(Value::Object(schema)) => schema,
        _ => Map::new(),
    };
    if !parameter.description.is_empty() {
        schema.insert("description".to_owned(), parameter.description.into());
    }
    Value::Object(schema)
}
