//! JSON schemas of tools: in the attribute `tool.parameters`, and in the constant that
//! `definition = NAME` generates for requests to a model.

use integration_tests::{Program, block_on};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use trace_runtime::schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use trace_runtime::tool;

#[derive(Deserialize, JsonSchema, Serialize)]
#[schemars(crate = "trace_runtime::schemars")]
struct Place {
    /// The common name
    city: String,
    country: Option<String>,
}

/// A type without a schema.
struct Opaque;

/// Returns the `tool.parameters` of the span of this tool.
fn recorded(tool: &str, call: impl FnOnce()) -> Value {
    let program = Program::start();
    call();
    let parameters = program.attribute(tool, "tool.parameters").expect("the schema");
    serde_json::from_str(&parameters).expect("JSON")
}

fn place() -> Place {
    Place { city: "Oslo".to_owned(), country: None }
}

fn place_schema(description: &str) -> Value {
    let mut schema = json!({
        "type": "object",
        "properties": {
            "city": { "type": "string", "description": "The common name" },
            "country": { "type": ["string", "null"] },
        },
        "required": ["city"],
    });
    if !description.is_empty() {
        schema["description"] = description.into();
    }
    schema
}

/// The weather of a place.
#[tool(definition = WEATHER)]
fn weather(
    /// Where,
    /// as a struct
    place: Place,
    days: Option<u8>,
    #[cfg(any())] never: u8,
    opaque: &Opaque,
) -> String {
    let _ = (days, opaque);
    place.city
}

#[test]
fn schema_follows_the_signature() {
    let schema = recorded("weather", || drop(weather(place(), None, &Opaque)));
    let days =
        json!({ "type": ["integer", "null"], "format": "uint8", "minimum": 0, "maximum": 255 });
    assert_eq!(
        schema,
        json!({
            "type": "object",
            "properties": { "place": place_schema("Where,\nas a struct"), "days": days, "opaque": {} },
            "required": ["place", "opaque"],
        })
    );
}

#[test]
fn definition_equals_the_recorded_attributes() {
    let schema = recorded("weather", || drop(weather(place(), Some(1), &Opaque)));
    let function = json!({
        "name": "weather",
        "description": "The weather of a place.",
        "parameters": schema,
    });
    let definition = json!({ "type": "function", "function": function });
    assert_eq!(serde_json::to_value(WEATHER).unwrap(), definition);
}

#[expect(dead_code, reason = "only its definition is used")]
#[tool(definition = NOTHING)]
fn nothing() {}

#[tool(skip(client))]
fn skipped(client: &str, prompt: &str) {
    let _ = (client, prompt);
}

#[expect(dead_code, reason = "only its definition is used")]
#[tool(skip(country), definition = PART)]
#[allow(unused_variables, reason = "goes to the constant too")]
fn in_part(Place { city, country }: Place, days: &mut Option<u8>) {}

#[tool]
fn taken_apart(Place { city, country }: Place, (x, _): (u8, u8), _: bool) {
    let _ = (city, country, x);
}

#[test]
fn skipped_and_unnamed_arguments_are_no_parameters() {
    let text = json!({ "type": "string" });
    assert_eq!(NOTHING.parameters(), json!({ "type": "object", "properties": {}, "required": [] }));
    assert_eq!(
        recorded("skipped", || skipped("key", "hi")),
        json!({ "type": "object", "properties": { "prompt": text }, "required": ["prompt"] }),
    );
    let part = PART.parameters();
    assert_eq!(
        (&part["required"], &part["properties"]["country"]),
        (&json!(["city"]), &Value::Null)
    );
    let fields = &place_schema("")["properties"];
    assert_eq!(
        recorded("taken_apart", || taken_apart(place(), (1, 2), true)),
        json!({
            "type": "object",
            "properties": { "city": fields["city"], "country": fields["country"], "x": {} },
            "required": ["city", "x"],
        }),
    );
}

#[tool]
fn generic<T: JsonSchema, U, const N: usize>(t: T, u: [U; N], any: impl Send) {
    let _ = (t, u, any);
}

struct Toolbox<T>(T);

impl<T: JsonSchema + Clone> Toolbox<T> {
    #[tool]
    async fn named_by_its_type<'a>(&'a self, value: &'a T, text: &'a str) -> &'a str {
        let _ = value;
        text
    }
}

impl Toolbox<u8> {
    /// Makes one.
    #[tool(name = "new_toolbox", definition = NEW)]
    fn new(#[doc = "How many"] size: u8) -> Self {
        Toolbox(size)
    }
}

#[test]
fn generic_argument_schema_depends_on_its_bounds() {
    let kind = |schema: &Value, name: &str| schema["properties"][name]["type"].clone();
    let text = recorded("generic", || generic("t", [1_u8], 1));
    assert_eq!((kind(&text, "t"), kind(&text, "u")), (json!("string"), Value::Null));
    let boolean = recorded("generic", || generic(true, [1_u8], 1));
    assert_eq!((kind(&boolean, "t"), kind(&boolean, "any")), (json!("boolean"), Value::Null));
    let method = recorded("Toolbox<u8>::named_by_its_type", || {
        block_on(async { assert_eq!(4, Toolbox(1_u8).named_by_its_type(&2, "text").await.len()) });
    });
    assert_eq!(
        (kind(&method, "value"), kind(&method, "text")),
        (json!("integer"), json!("string"))
    );
}

#[test]
fn associated_function_has_an_associated_definition() {
    // `new` is traced: without the lock its span could reach the registration of another test.
    let _lock = Program::lock();
    assert_eq!(Toolbox::new(3).0, 3);
    assert_eq!(Toolbox::<u8>::NEW.name(), "new_toolbox");
    assert_eq!(Toolbox::<u8>::NEW.description(), "Makes one.");
    assert_eq!(Toolbox::<u8>::NEW.parameters()["properties"]["size"]["description"], "How many");
}

static WRITTEN: AtomicUsize = AtomicUsize::new(0);

struct Counted;

impl JsonSchema for Counted {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Counted".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        WRITTEN.fetch_add(1, Ordering::Relaxed);
        json_schema!({ "type": "string" })
    }
}

#[tool(definition = COUNTED)]
fn counted(counted: &Counted) {
    let _ = counted;
}

#[test]
fn schema_is_generated_once() {
    let program = Program::start();
    for _ in 0..3 {
        counted(&Counted);
    }
    assert_eq!(program.spans().len(), 3);
    drop(program);
    let first = COUNTED.parameters();
    assert_eq!((first, WRITTEN.load(Ordering::Relaxed)), (COUNTED.parameters(), 1));
}

struct Panicking;

impl JsonSchema for Panicking {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Panicking".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        panic!("in json_schema")
    }
}

#[derive(JsonSchema)]
#[schemars(crate = "trace_runtime::schemars")]
struct Nested {
    children: Vec<Nested>,
}

#[tool]
fn difficult(panicking: &Panicking, nested: Nested) -> usize {
    let _ = panicking;
    nested.children.len()
}

#[test]
fn panicking_schema_is_open_and_recursive_schema_uses_ref() {
    let nested = Nested { children: Vec::new() };
    let schema = recorded("difficult", || assert_eq!(difficult(&Panicking, nested), 0));
    assert_eq!(schema["properties"]["panicking"], json!({}));
    let items = &schema["properties"]["nested"]["properties"]["children"]["items"];
    assert_eq!(items, &json!({ "$ref": "#/$defs/Nested" }));
    assert_eq!(schema["$defs"]["Nested"]["type"], "object");
}

/// Given by hand.
#[tool(parameters = json!({ "type": "object" }), definition = BY_HAND)]
fn by_hand(text: &str) {
    let _ = text;
}

#[test]
fn explicit_parameters_win() {
    let schema = recorded("by_hand", || by_hand("text"));
    assert_eq!((&schema, BY_HAND.parameters()), (&json!({ "type": "object" }), schema.clone()));
}
