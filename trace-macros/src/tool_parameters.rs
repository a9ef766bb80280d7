//! The parameters of a tool as a model sees them: a name, a type and a description for each.

use crate::arguments::bound_names;
use crate::async_trait::written_pattern;
use crate::errors::Errors;
use crate::function::Function;
use crate::options::Options;
use crate::outer_attributes::{cfg_attributes, take_doc_comment};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, Generics, Lifetime, Pat, PatType, Type};

/// Returns the parameters of a tool, in the form that the runtime's macros read. The arguments
/// named in `skip(..)` are absent, because the program supplies them, not the model.
///
/// Input: `skip(client)` and
/// `fn weather(client: &Client, /** The city */ city: &str, Day { n, .. }: Day)`.
/// Output: `[(false ["city"] [], &str, "The city"), (true ["n"] [], Day, "")]`.
///
/// A parameter is `(is_destructured [names] [skipped names], type, description)`.
///
/// Also removes the doc comments from the arguments of the function: rustc accepts them there only
/// as the input of a macro.
pub(crate) fn take_tool_parameters(
    Function { signature, body, .. }: &mut Function,
    options: &Options,
    errors: &mut Errors,
) -> TokenStream {
    if let (Some(definition), true) = (options.definition.get(), is_generic(&signature.generics)) {
        errors.push(
            definition,
            "a generic function cannot have a constant definition: write `impl Trait` instead of \
             type parameters, or remove `definition`",
        );
    }
    let written = signature.clone();
    let parameters = signature.inputs.iter_mut().filter_map(|argument| match argument {
        FnArg::Typed(argument) => {
            let pattern = written_pattern(argument, &written, body).into_owned();
            take_parameter(argument, &pattern, &written.generics, options)
        }
        FnArg::Receiver(_) => None,
    });
    let parameters: Vec<TokenStream> = parameters.collect();
    quote!([#(#parameters),*])
}

/// Returns true if the function has type or const parameters. Each instance of them may have other
/// parameter types, while the definition is one constant outside of the function. Lifetimes do not
/// matter, since they are absent from a schema.
fn is_generic(generics: &Generics) -> bool {
    generics.type_params().next().is_some() || generics.const_params().next().is_some()
}

/// Returns the parameter for one argument, or `None` if every name in its pattern is skipped.
fn take_parameter(
    argument: &mut PatType,
    pattern: &Pat,
    generics: &Generics,
    options: &Options,
) -> Option<TokenStream> {
    let description = take_doc_comment(&mut argument.attrs);
    let (skipped, names): (Vec<Ident>, Vec<Ident>) =
        bound_names(pattern).into_iter().partition(|name| options.skips(name));
    if names.is_empty() {
        return None;
    }
    let literals = |names: Vec<Ident>| names.into_iter().map(|name| name.unraw().to_string());
    let (skipped, names) = (literals(skipped), literals(names));
    let cfg_attributes = cfg_attributes(&argument.attrs);
    // For `city: &str` the schema of the type belongs to the name. For `Day { n, .. }: Day` the
    // runtime has to find the schema of each name in the schema of the type.
    let is_destructured = !is_single_name(pattern);
    let declared_type = nameable_type(&argument.ty, generics);
    Some(quote! {
        #(#cfg_attributes)*
        (#is_destructured [#(#names),*] [#(#skipped),*], #declared_type, #description)
    })
}

/// Returns true for `city: &str`, and false for a pattern that destructures the argument.
fn is_single_name(pattern: &Pat) -> bool {
    matches!(pattern, Pat::Ident(binding) if binding.subpat.is_none())
}

/// Returns the type in a form that is valid outside of the function, where its lifetimes are not
/// declared: `&'_ str` for `&'a str`. A type with an `impl Trait` becomes `_`, and has no schema.
fn nameable_type(declared: &Type, generics: &Generics) -> TokenStream {
    struct ElideLifetimes<'a> {
        generics: &'a Generics,
        has_impl_trait: bool,
    }

    impl VisitMut for ElideLifetimes<'_> {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            // `'static` and the lifetimes of an `impl` block are not among the generics of the
            // function, and are kept.
            let mut declared = self.generics.lifetimes();
            if declared.any(|declared| declared.lifetime == *lifetime) {
                lifetime.ident = Ident::new("_", lifetime.ident.span());
            }
        }

        fn visit_type_mut(&mut self, visited: &mut Type) {
            self.has_impl_trait |= matches!(visited, Type::ImplTrait(_));
            visit_mut::visit_type_mut(self, visited);
        }
    }

    let mut elide = ElideLifetimes { generics, has_impl_trait: false };
    let mut nameable = declared.clone();
    elide.visit_type_mut(&mut nameable);
    if elide.has_impl_trait { quote!(_) } else { nameable.to_token_stream() }
}
