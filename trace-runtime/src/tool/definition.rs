//! What a model needs to know of a tool.

use crate::capture::CapturedValue;
use crate::record::{Json, Tool};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// The definition of a tool, as a model is given it: made by `#[tool(definition = NAME)]` beside
/// the function. With the schema from the signature it needs the feature `schema`.
///
#[cfg_attr(feature = "schema", doc = "```")]
#[cfg_attr(not(feature = "schema"), doc = "```ignore")]
/// use trace_runtime::tool;
///
/// /// The weather of a city.
/// #[tool(definition = WEATHER)]
/// fn weather(
///     /// The city, as `City, Country`
///     city: &str,
///     days: Option<u8>,
/// ) -> String {
///     format!("{days:?} days of sun in {city}")
/// }
///
/// assert_eq!(WEATHER.name(), "weather");
/// assert_eq!(WEATHER.description(), "The weather of a city.");
/// let parameters = WEATHER.parameters();
/// assert_eq!(parameters["properties"]["city"]["description"], "The city, as `City, Country`");
/// assert_eq!(parameters["required"], serde_json::json!(["city"]));
///
/// // Serialised, it is a tool as OpenAI's chat completions take it, and those who follow them.
/// let tool = serde_json::to_value(WEATHER)?;
/// assert_eq!(tool["type"], "function");
/// assert_eq!(tool["function"]["name"], "weather");
///
/// // For another interface, from its parts. This is Anthropic's.
/// let tool = serde_json::json!({
///     "name": WEATHER.name(),
///     "description": WEATHER.description(),
///     "input_schema": WEATHER.parameters(),
/// });
/// # assert_eq!(tool["name"], "weather");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ToolDefinition {
    name: &'static str,
    description: &'static str,
    parameters: fn() -> Value,
}

impl ToolDefinition {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        name: &'static str,
        description: &'static str,
        parameters: fn() -> Value,
    ) -> Self {
        ToolDefinition { name, description, parameters }
    }

    /// The option `name`, else the function's name: by it a model calls the tool.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The option `description`, else the function's doc comment.
    #[must_use]
    pub const fn description(&self) -> &'static str {
        self.description
    }

    /// The JSON schema of the parameters, the same as the span's `tool.parameters`: the option
    /// `parameters`, else from the signature. It is written once per process; this is a copy.
    #[must_use]
    pub fn parameters(&self) -> Value {
        (self.parameters)()
    }
}

impl Serialize for ToolDefinition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let function = json!({
            "name": self.name,
            "description": self.description,
            "parameters": self.parameters(),
        });
        let mut tool = serializer.serialize_struct("ToolDefinition", 2)?;
        tool.serialize_field("type", "function")?;
        tool.serialize_field("function", &function)?;
        tool.end()
    }
}

/// Records the definition in `llm.tools`, in the format of OpenAI's chat completions.
impl From<ToolDefinition> for Tool {
    fn from(definition: ToolDefinition) -> Self {
        Tool::new(Json::of(&definition)).name(definition.name).description(definition.description)
    }
}

/// The option `parameters`, JSON or a text of it, evaluated once.
#[derive(Debug, Default)]
pub struct Given(OnceLock<Value>);

impl Given {
    /// Not evaluated yet.
    #[must_use]
    pub const fn new() -> Self {
        Given(OnceLock::new())
    }

    /// A copy of the schema.
    pub fn once(&self, parameters: impl FnOnce() -> CapturedValue) -> Value {
        let read = || {
            let text = parameters().into_text();
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        };
        self.0.get_or_init(read).clone()
    }
}
