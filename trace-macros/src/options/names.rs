//! The names of the options, and which macros share them.

/// Accepted by every macro.
pub(crate) const ALL: [&str; 11] = [
    "name",
    "skip",
    "skip_all",
    "skip_output",
    "input",
    "output",
    "attributes",
    "parent",
    "root",
    "collect",
    "crate",
];

/// Accepted by `#[tool]`.
pub(crate) const TOOL: [&str; 3] = ["description", "parameters", "definition"];

/// Accepted by the macros for model calls.
pub(crate) const MODEL: [&str; 2] = ["model", "provider"];

/// How to write an option, for error messages.
pub(crate) fn example(option: &str) -> &'static str {
    match option {
        "skip" => "skip(argument)",
        "skip_all" => "skip_all",
        "skip_output" => "skip_output",
        "input" => "input = &request.prompt",
        "output" => "output = |answer| answer.len()",
        "attributes" => "attributes(key = value, \"dotted.key\" = value)",
        "parent" => "parent = span_context",
        "root" => "root",
        "collect" => "collect = path::to::function",
        "crate" => "crate = my_crate::trace_runtime",
        "description" => "description = \"What the tool does\"",
        "parameters" => "parameters = json_schema",
        "definition" => "definition = WEATHER",
        "model" => "model = \"gpt-4o\"",
        "provider" => "provider = \"openai\"",
        _ => "name = \"my span\"",
    }
}
