//! The parameters of a tool, as a model sees them: name, type and description of each argument.

use crate::arguments::bound_names_of;
use crate::documentation::documentation;
use crate::errors::Errors;
use crate::options::Options;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, FnArg, Generics, Lifetime, Pat, PatType, Signature, Type};

/// The parameters but those that `skip` names, which the model does not give. Each is written as
/// `(false ["city"] [], &str, "description")`, for the runtime's macros. Takes the doc comments from
/// the arguments, since only a macro may have them there.
pub(crate) fn take(
    signature: &mut Signature,
    options: &Options,
    errors: &mut Errors,
) -> TokenStream {
    if let (Some(definition), true) = (options.definition.get(), is_generic(&signature.generics)) {
        errors.push(
            definition,
            "a generic function has no one definition: write `impl Trait` instead of type \
             parameters, or remove `definition`",
        );
    }
    let generics = signature.generics.clone();
    let parameters = signature.inputs.iter_mut().filter_map(|argument| match argument {
        FnArg::Typed(argument) => parameter(argument, &generics, options),
        FnArg::Receiver(_) => None,
    });
    let parameters: Vec<TokenStream> = parameters.collect();
    quote!([#(#parameters),*])
}

fn is_generic(generics: &Generics) -> bool {
    generics.type_params().next().is_some() || generics.const_params().next().is_some()
}

fn parameter(
    argument: &mut PatType,
    generics: &Generics,
    options: &Options,
) -> Option<TokenStream> {
    let description = take_doc(&mut argument.attrs);
    let is_skipped = |name: &Ident| options.skipped().iter().any(|skip| skip.unraw() == *name);
    let names = bound_names_of(&argument.pat).into_iter().map(|name| name.unraw());
    let (skipped, names): (Vec<_>, Vec<_>) = names.partition(is_skipped);
    let text = |names: Vec<Ident>| names.into_iter().map(|name| name.to_string());
    let (skipped, names) = (text(skipped), text(names).collect::<Vec<_>>());
    let conditions = argument.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    let is_destructured = !is_named(argument);
    let written = nameable(&argument.ty, generics);
    (!names.is_empty())
        .then(|| quote!(#(#conditions)* (#is_destructured [#(#names),*] [#(#skipped),*], #written, #description)))
}

fn take_doc(attributes: &mut Vec<Attribute>) -> String {
    let (docs, others) =
        attributes.drain(..).partition(|attribute: &Attribute| attribute.path().is_ident("doc"));
    *attributes = others;
    documentation(&docs)
}

/// Whether the argument has a name of its own, rather than a pattern that takes it apart.
fn is_named(argument: &PatType) -> bool {
    matches!(&*argument.pat, Pat::Ident(binding) if binding.subpat.is_none())
}

/// The type as an expression may name it; `_` where it cannot.
fn nameable(written: &Type, generics: &Generics) -> TokenStream {
    struct Elide<'a> {
        generics: &'a Generics,
        has_impl_trait: bool,
    }

    impl VisitMut for Elide<'_> {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            let mut declared = self.generics.lifetimes();
            if declared.any(|declared| declared.lifetime == *lifetime) {
                lifetime.ident = Ident::new("_", lifetime.ident.span());
            }
        }

        fn visit_type_mut(&mut self, written: &mut Type) {
            self.has_impl_trait |= matches!(written, Type::ImplTrait(_));
            visit_mut::visit_type_mut(self, written);
        }
    }

    let mut elide = Elide { generics, has_impl_trait: false };
    let mut written = written.clone();
    elide.visit_type_mut(&mut written);
    if elide.has_impl_trait { quote!(_) } else { written.to_token_stream() }
}
