//! Writes the traced function: the head as it was, then one call into the runtime around the body.

mod body;
mod definition;
mod open;

use crate::arguments::{self, Argument};
use crate::errors::Errors;
use crate::function::Function;
use crate::kind::Kind;
use crate::options::Options;
use crate::parameters;
use crate::runtime_path::runtime_path;
use crate::shape;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

/// The traced function, or the function as it was beside every mistake found.
pub(crate) fn expand(kind: Kind, options: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::parse(kind, options, &mut errors);
    let mut untraced = item.clone();
    let traced = match syn::parse2::<Function>(item.clone()) {
        Ok(mut function) => {
            shape::validate(kind, &function, &options, &mut errors);
            let recorded = arguments::recorded(&function.signature, &options, &mut errors);
            let parameters = (kind == Kind::Tool)
                .then(|| parameters::take(&mut function.signature, &options, &mut errors));
            untraced = function.to_token_stream();
            let runtime = runtime_path(&options);
            let (options, function) = (&options, &function);
            Traced { kind, options, function, recorded, parameters, runtime }.expand()
        }
        Err(error) => {
            errors.push_error(error);
            TokenStream::new()
        }
    };
    match errors.into_compile_errors() {
        None => traced,
        Some(errors) => quote!(#errors #untraced),
    }
}

/// Everything the templates need. Nothing can fail from here on.
struct Traced<'a> {
    kind: Kind,
    options: &'a Options,
    function: &'a Function,
    recorded: Vec<Argument>,
    /// What a model may give to a tool; `None` for other kinds.
    parameters: Option<TokenStream>,
    runtime: TokenStream,
}

impl Traced<'_> {
    /// Input: `fn f(a: A) -> R { body }`.
    /// Output: `fn f(a: A) -> R { in_span(open(..), move || -> R { body }, ..) }`.
    fn expand(&self) -> TokenStream {
        let (head, body, definition) = (self.function.head(), self.body(), self.definition());
        quote!(#definition #head { #body })
    }
}

/// The name of a local variable that user code cannot see or shadow.
fn generated(name: &str) -> Ident {
    Ident::new(&format!("__trace_{name}"), Span::mixed_site())
}
