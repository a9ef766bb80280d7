//! The table of the options. **To add an option, add one line to it** and read the new field of
//! [`Options`] in `expand`.

use super::place::Place;
use super::slot::Slot;
use super::value::{
    Key, SpanAttribute, argument_names, attributes, constant_name, expression, flag, item_path,
    module_path,
};
use crate::errors::Errors;
use crate::kind::Kind;
use syn::parse::ParseStream;
use syn::{Expr, Ident, Path};

/// The macros that accept an option.
#[derive(Clone, Copy)]
pub(super) enum AcceptedBy {
    Every,
    /// `#[tool]` and `traced!(tool, ..)`.
    Tool,
    /// `#[tool]`, but not `traced!(tool, ..)`.
    ToolFunction,
    /// `#[evaluator]`, but not `traced!(evaluator, ..)`.
    EvaluatorFunction,
    /// The macros for model calls: `#[llm]`, `#[embedding]` and `#[reranker]`.
    Model,
}

impl AcceptedBy {
    pub(super) fn includes(self, place: Place) -> bool {
        let kind = place.kind();
        match self {
            AcceptedBy::Every => true,
            AcceptedBy::Tool => kind == Kind::Tool,
            AcceptedBy::ToolFunction => matches!(place, Place::Function(Kind::Tool)),
            AcceptedBy::EvaluatorFunction => matches!(place, Place::Function(Kind::Evaluator)),
            AcceptedBy::Model => matches!(kind, Kind::Llm | Kind::Embedding | Kind::Reranker),
        }
    }
}

/// One line of the table.
pub(super) struct OptionRow {
    pub(super) name: &'static str,
    pub(super) accepted_by: AcceptedBy,
    pub(super) example: &'static str,
    /// Reads the tokens after the name, and stores the value in its field of [`Options`].
    pub(super) read: fn(&mut Options, &Key, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
}

/// Generates two items from the table: the struct [`Options`], with a field for each line, and
/// [`ROWS`], with an [`OptionRow`] for each line.
macro_rules! options {
    ($(
        $field:ident: $stored:ty, $name:literal, $read_value:ident, $accepted_by:ident,
        $example:literal;
    )*) => {
        /// The options of one annotation.
        #[derive(Default)]
        pub(crate) struct Options {
            $(pub(crate) $field: Slot<$stored>,)*
        }

        /// Every option, in the order of the documentation. Error messages list them in it too.
        pub(super) const ROWS: &[OptionRow] = &[$(OptionRow {
            name: $name,
            accepted_by: AcceptedBy::$accepted_by,
            example: $example,
            read: |options, key, input, errors| {
                let value = $read_value(key, input)?;
                options.$field.set(&key.ident, value, errors);
                Ok(())
            },
        },)*];
    };
}

// The columns:
//
// * field: the field of `Options`. It differs from the name where the name is a keyword.
// * stored: the type of the field, inside its `Slot`.
// * name: the option as users write it.
// * reader: the function of `value.rs` that reads the value. It returns the stored type.
// * macros: the variant of `AcceptedBy` for the macros that accept the option.
// * example: a correct use of the option. Error messages quote it, and a test parses it.
options! {
//  field        stored              name           reader          macros  example
    name:        Expr,               "name",        expression,     Every,  r#"name = "my span""#;
    skip:        Vec<Ident>,         "skip",        argument_names, Every,  "skip(argument)";
    skip_all:    (),                 "skip_all",    flag,           Every,  "skip_all";
    skip_output: (),                 "skip_output", flag,           Every,  "skip_output";
    input:       Expr,               "input",       expression,     Every,  "input = &request.prompt";
    output:      Expr,               "output",      expression,     Every,  "output = |answer| answer.len()";
    attributes:  Vec<SpanAttribute>, "attributes",  attributes,     Every,  r#"attributes(key = value, "dotted.key" = value)"#;
    parent:      Expr,               "parent",      expression,     Every,  "parent = span_context";
    root:        (),                 "root",        flag,           Every,  "root";
    session:     Expr,               "session",     expression,     Every,  "session = &conversation.id";
    user:        Expr,               "user",        expression,     Every,  "user = user_id";
    collect:     Path,               "collect",     item_path,      Every,  "collect = path::to::function";
    crate_path:  Path,               "crate",       module_path,    Every,  "crate = my_crate::trace_runtime";
    description: Expr,               "description", expression,     Tool,   r#"description = "What the tool does""#;
    parameters:  Expr,               "parameters",  expression,     Tool,   "parameters = json_schema";
    definition:  Ident,              "definition",  constant_name,  ToolFunction, "definition = WEATHER";
    annotate:    Expr,               "annotate",    expression,     EvaluatorFunction, "annotate = span";
    model:       Expr,               "model",       expression,     Model,  r#"model = "gpt-4o""#;
    provider:    Expr,               "provider",    expression,     Model,  r#"provider = "openai""#;
}

#[cfg(test)]
mod tests {
    use super::{Options, Place, ROWS};
    use crate::errors::Errors;
    use crate::kind::Kind;

    #[test]
    fn example_of_each_option_is_accepted() {
        for row in ROWS {
            let mut kinds = [Kind::Chain, Kind::Tool, Kind::Llm, Kind::Evaluator].into_iter();
            let kind = kinds
                .find(|kind| row.accepted_by.includes(Place::Function(*kind)))
                .expect("a macro");
            let mut errors = Errors::default();
            Options::parse(kind, row.example.parse().expect("tokens"), &mut errors);
            assert!(row.example.starts_with(row.name), "{}", row.example);
            assert!(errors.into_compile_errors().is_none(), "{}", row.example);
        }
    }

    #[test]
    fn name_of_each_option_is_unique() {
        for row in ROWS {
            assert_eq!(ROWS.iter().filter(|other| other.name == row.name).count(), 1);
        }
    }
}
