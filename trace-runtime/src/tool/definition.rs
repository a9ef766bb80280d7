//! The definition of a tool as a constant.

use crate::capture::CapturedValue;
use crate::record::{Json, Tool};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// The definition of an annotated function, for the model that calls it.
///
/// `#[tool(definition = NAME)]` creates it as a constant with the visibility of the function. The
/// feature `schema` is necessary unless the option `parameters` sets the schema.
///
/// It serializes to `{"type": "function", "function": {"name", "description", "parameters"}}`, the
/// format of OpenAI's chat completions. [`record::Tool`](crate::record::Tool) converts from it, to
/// record the tools of a request explicitly.
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
/// // It serializes to a tool in the format of OpenAI's chat completions.
/// let tool = serde_json::to_value(WEATHER)?;
/// assert_eq!(tool["type"], "function");
/// assert_eq!(tool["function"]["name"], "weather");
///
/// // Other APIs need the parts in another format. This is Anthropic's:
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
    /// A function, since a schema needs the heap and so cannot be part of a constant.
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

    /// Returns the name by which a model calls the tool: the option `name`, otherwise the name of
    /// the function.
    ///
    /// ```
    /// # use trace_runtime::tool;
    /// /// The weather of a city.
    /// #[tool(definition = WEATHER, parameters = r#"{"type": "object"}"#)]
    /// fn weather(city: &str) -> String {
    ///     format!("sun in {city}")
    /// }
    ///
    /// assert_eq!(WEATHER.name(), "weather");
    /// ```
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the option `description`, otherwise the doc comment of the function.
    ///
    /// ```
    /// # use trace_runtime::tool;
    /// /// The weather of a city.
    /// #[tool(definition = WEATHER, parameters = r#"{"type": "object"}"#)]
    /// fn weather(city: &str) -> String {
    ///     format!("sun in {city}")
    /// }
    ///
    /// assert_eq!(WEATHER.description(), "The weather of a city.");
    /// ```
    #[must_use]
    pub const fn description(&self) -> &'static str {
        self.description
    }

    /// Returns the JSON schema of the parameters: the option `parameters`, otherwise the schema
    /// that is derived from the signature. It equals `tool.parameters` of the spans.
    ///
    /// The schema is generated once per process. This method clones it.
    ///
    /// ```
    /// # use trace_runtime::tool;
    /// /// The weather of a city.
    /// #[tool(definition = WEATHER, parameters = r#"{"type": "object"}"#)]
    /// fn weather(city: &str) -> String {
    ///     format!("sun in {city}")
    /// }
    ///
    /// assert_eq!(WEATHER.parameters(), serde_json::json!({"type": "object"}));
    /// ```
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

/// Converts to an entry of `llm.tools`, in the format of OpenAI's chat completions.
impl From<ToolDefinition> for Tool {
    fn from(definition: ToolDefinition) -> Self {
        Tool::new(Json::of(&definition)).name(definition.name).description(definition.description)
    }
}

/// The schema from the option `parameters`, which is JSON or JSON text. Generated code has one in a
/// `static` for each definition, so that the expression is evaluated once.
#[derive(Debug, Default)]
pub struct GivenSchema(OnceLock<Value>);

impl GivenSchema {
    /// Creates a schema that is not evaluated yet.
    #[must_use]
    pub const fn new() -> Self {
        GivenSchema(OnceLock::new())
    }

    /// Evaluates `parameters` on the first call, and returns a copy of the schema. Text that is not
    /// JSON becomes a JSON string, as in `tool.parameters`: the mistake is then visible.
    pub fn get_or_evaluate(&self, parameters: impl FnOnce() -> CapturedValue<'static>) -> Value {
        let read = || {
            let text = parameters().into_text();
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        };
        self.0.get_or_init(read).clone()
    }
}
