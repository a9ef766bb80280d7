//! Emits the traced function: the head as the user wrote it, then one call into the runtime around
//! the body. `docs/expansion.md` shows the result for each shape of function.

mod body;
mod open;
mod tool_definition;

pub(crate) use open::{record_options, start_options};

use crate::argument_lints::{Rebound, take_mutable_arguments, take_unused_arguments};
use crate::arguments::{Argument, recorded_arguments};
use crate::errors::Errors;
use crate::function::Function;
use crate::kind::Kind;
use crate::lint_exceptions::{allow_excepted_lints, has_canonical_body};
use crate::options::Options;
use crate::runtime_path::runtime_path;
use crate::shape::Shape;
use crate::tool_parameters::take_tool_parameters;
use crate::validate::validate;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

/// Returns the traced function. If there are mistakes, returns the function without tracing and a
/// `compile_error!` for each of them: code that calls the function still compiles, so that the
/// mistakes are the only errors.
pub(crate) fn expand(kind: Kind, options: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let parsed_options = Options::parse(kind, options.clone(), &mut errors);
    let (traced, untraced) = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => expand_function(kind, &parsed_options, options, function, &mut errors),
        Err(error) => {
            errors.push_error(error);
            (TokenStream::new(), item.clone())
        }
    };
    match errors.into_compile_errors() {
        None => traced,
        Some(errors) => quote!(#errors #untraced),
    }
}

/// Returns the function with and without tracing. `option_tokens` are the tokens of `options`.
fn expand_function(
    kind: Kind,
    options: &Options,
    option_tokens: TokenStream,
    mut function: Function,
    errors: &mut Errors,
) -> (TokenStream, TokenStream) {
    validate(kind, &function, options, errors);
    let arguments = recorded_arguments(&function, options, errors);
    let tool_parameters =
        (kind == Kind::Tool).then(|| take_tool_parameters(&mut function, options, errors));
    // Without the doc comments of a tool's arguments, which rustc would reject.
    let untraced = function.to_token_stream();
    let shape = Shape::from_function(&function);
    let rebound_arguments = match shape {
        Shape::SyncInPlace => Vec::new(),
        _ => take_mutable_arguments(&mut function.signature),
    };
    let unused_arguments = take_unused_arguments(
        &mut function.signature,
        &arguments,
        &rebound_arguments,
        &function.body,
        option_tokens,
    );
    let traced = TracedFunction {
        kind,
        options,
        function: &function,
        shape,
        arguments,
        rebound_arguments,
        unused_arguments,
        tool_parameters,
        runtime: runtime_path(options),
    }
    .expand();
    (traced, untraced)
}

/// The input of the templates. They cannot fail: after a mistake, their output is not used.
struct TracedFunction<'a> {
    kind: Kind,
    options: &'a Options,
    function: &'a Function,
    shape: Shape,
    /// The arguments that the span records.
    arguments: Vec<Argument>,
    /// The mutable arguments, which the closure or async block around the body binds again.
    rebound_arguments: Vec<Rebound>,
    /// The statements in which rustc reports unused arguments.
    unused_arguments: TokenStream,
    /// The parameters that a model supplies; `None` unless the kind is `Tool`.
    tool_parameters: Option<TokenStream>,
    /// The path of the runtime crate.
    runtime: TokenStream,
}

impl TracedFunction<'_> {
    /// Input: `fn f(a: A) -> R { body }`.
    /// Output: `fn f(a: A) -> R { in_span(open(..), move || -> R { body }, ..) }`.
    fn expand(&self) -> TokenStream {
        let (definition, head) = (self.tool_definition(), self.function.head());
        let (unused, body) = (self.report_unused(), self.body());
        // At the position of the user's braces, the function counts as user code. With
        // a generated position, rustc reports neither `dead_code` nor `unreachable_pub` for it.
        let body = quote!(#unused #body);
        let body = if has_canonical_body(&self.function.signature) {
            quote!({ #body })
        } else {
            self.block_at_body(body).to_token_stream()
        };
        let allow = allow_excepted_lints(self.function);
        quote!(#definition #allow #head #body)
    }

    /// Output: `fn unused() { let prompt = (); }`. In a separate function, the variable shadows no
    /// argument.
    fn report_unused(&self) -> TokenStream {
        let (unused, function) = (&self.unused_arguments, generated_ident("unused"));
        if unused.is_empty() {
            return TokenStream::new();
        }
        quote!(fn #function() { #unused })
    }
}

/// Returns the name of a local variable in generated code. User code can neither see nor shadow it:
/// the span gives it macro hygiene. The prefix makes it recognizable in compiler output.
pub(crate) fn generated_ident(name: &str) -> Ident {
    Ident::new(&format!("__trace_{name}"), Span::mixed_site())
}
