//! Reads the options, reporting every mistake and going on behind it.

use super::{Attribute, Options, names};
use crate::errors::{Errors, listed, nearest};
use crate::kind::Kind;
use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, LitStr, Token, parenthesized};

impl Options {
    /// Reads the options written on `#[kind(..)]`; mistakes go to `errors`.
    pub(crate) fn parse(kind: Kind, tokens: TokenStream, errors: &mut Errors) -> Options {
        let mut options = Options::default();
        let parser = |input: ParseStream<'_>| {
            options.parse_all(kind, input, errors);
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push_error(error);
        }
        options.require_one_origin(errors);
        options
    }

    fn parse_all(&mut self, kind: Kind, input: ParseStream<'_>, errors: &mut Errors) {
        while !input.is_empty() {
            if let Err(error) = self.parse_one(kind, input, errors) {
                errors.push_error(error);
                skip_to_comma(input);
            }
            if !input.is_empty() && input.parse::<Token![,]>().is_err() {
                errors.push_error(input.error("expected `,` between two options"));
                skip_to_comma(input);
                let _ = input.parse::<Token![,]>();
            }
        }
    }

    fn parse_one(
        &mut self,
        kind: Kind,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        let Ok(key) = input.call(Ident::parse_any) else {
            return Err(input.error(format_args!(
                "expected an option of `#[{}]`: {}",
                kind.macro_name(),
                listed(&kind.accepted_options()),
            )));
        };
        let name = key.unraw().to_string();
        if !kind.accepted_options().contains(&name.as_str()) {
            return Err(unknown_option(kind, &key, &name));
        }
        match name.as_str() {
            "skip" => self.skip.set(&key, list(&key, input, Ident::parse_any)?, errors),
            "skip_all" => self.skip_all.set(&key, flag(&key, input)?, errors),
            "skip_output" => self.skip_output.set(&key, flag(&key, input)?, errors),
            "root" => self.root.set(&key, flag(&key, input)?, errors),
            "attributes" => self.attributes.set(&key, list(&key, input, attribute)?, errors),
            "collect" => self.collect.set(&key, value(&key, input, syn::Path::parse)?, errors),
            "crate" => self.crate_path.set(&key, value(&key, input, module_path)?, errors),
            "name" => self.name.set(&key, expression(&key, input)?, errors),
            "input" => self.input.set(&key, expression(&key, input)?, errors),
            "output" => self.output.set(&key, expression(&key, input)?, errors),
            "parent" => self.parent.set(&key, expression(&key, input)?, errors),
            "description" => self.description.set(&key, expression(&key, input)?, errors),
            "parameters" => self.parameters.set(&key, expression(&key, input)?, errors),
            "definition" => self.definition.set(&key, value(&key, input, identifier)?, errors),
            "model" => self.model.set(&key, expression(&key, input)?, errors),
            "provider" => self.provider.set(&key, expression(&key, input)?, errors),
            _ => return Err(unknown_option(kind, &key, &name)),
        }
        Ok(())
    }

    /// A span has one parent or none, and its input comes from one place.
    fn require_one_origin(&self, errors: &mut Errors) {
        if let (Some(parent), true) = (self.parent.get(), self.root.is_set()) {
            errors.push(parent, "`parent` and `root` exclude each other: keep one of them");
        }
        if let (Some(input), true) = (self.input.get(), self.skip_all.is_set()) {
            errors.push(input, "`input` and `skip_all` exclude each other: keep one of them");
        }
        if let (Some(output), true) = (self.output.get(), self.skip_output.is_set()) {
            errors.push(output, "`output` and `skip_output` exclude each other: keep one of them");
        }
    }
}

fn unknown_option(kind: Kind, key: &Ident, name: &str) -> syn::Error {
    let accepted = kind.accepted_options();
    let hint =
        nearest(name, &accepted).map(|near| format!(" did you mean `{near}`?")).unwrap_or_default();
    let message = format!(
        "unknown option `{name}` of `#[{}]`:{hint} accepted are {}",
        kind.macro_name(),
        listed(&accepted),
    );
    syn::Error::new_spanned(key, message)
}

fn flag(key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![=]) || input.peek(syn::token::Paren) {
        return Err(misused(key, "takes no value"));
    }
    Ok(())
}

fn expression(key: &Ident, input: ParseStream<'_>) -> syn::Result<Expr> {
    value(key, input, Expr::parse)
}

fn module_path(input: ParseStream<'_>) -> syn::Result<syn::Path> {
    input.call(syn::Path::parse_mod_style)
}

/// Anything else than a name is answered as a misuse.
fn identifier(input: ParseStream<'_>) -> syn::Result<Ident> {
    let expected = "expected the name of the constant to make: write `definition = WEATHER`";
    let name: Ident = input.parse().map_err(|error| syn::Error::new(error.span(), expected))?;
    if input.is_empty() || input.peek(Token![,]) { Ok(name) } else { Err(input.error(expected)) }
}

fn value<T>(
    key: &Ident,
    input: ParseStream<'_>,
    parse: fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    if input.parse::<Token![=]>().is_err() || input.is_empty() || input.peek(Token![,]) {
        return Err(misused(key, "takes a value"));
    }
    parse(input)
}

fn list<T>(
    key: &Ident,
    input: ParseStream<'_>,
    parse: fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    if !input.peek(syn::token::Paren) {
        return Err(misused(key, "takes a list in parentheses"));
    }
    let content;
    parenthesized!(content in input);
    let items = Punctuated::<T, Token![,]>::parse_terminated_with(&content, parse)?;
    Ok(items.into_iter().collect())
}

fn attribute(input: ParseStream<'_>) -> syn::Result<Attribute> {
    let key = if input.peek(LitStr) {
        input.parse::<LitStr>()?.value()
    } else if let Ok(key) = input.call(Ident::parse_any) {
        key.unraw().to_string()
    } else {
        return Err(
            input.error("expected an attribute: write `key = value` or `\"dotted.key\" = value`")
        );
    };
    if input.peek(Token![.]) {
        return Err(
            input.error(format_args!("a key with a dot is written as text: `\"{key}.…\" = value`"))
        );
    }
    input.parse::<Token![=]>()?;
    let value = input.parse()?;
    Ok(Attribute { key, value })
}

fn misused(key: &Ident, what: &str) -> syn::Error {
    let example = names::example(&key.unraw().to_string());
    syn::Error::new_spanned(key, format_args!("option `{key}` {what}: write `{example}`"))
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<proc_macro2::TokenTree>();
    }
}
