//! Readers for the values of options. Each is named in the table of `table.rs`, is called right
//! after the option's name, and stops before the comma that separates two options.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, LitStr, Path, Token, parenthesized};

/// The name of an option in the annotation, and an example for its error messages.
pub(super) struct Key {
    pub(super) ident: Ident,
    /// A correct use of the option, from the table.
    pub(super) example: &'static str,
}

impl Key {
    /// Returns an error at the option's name, which shows how to write the option:
    /// "option `root` takes no value: write `root`".
    fn wrong_syntax(&self, rule: &str) -> syn::Error {
        let Key { ident, example } = self;
        syn::Error::new_spanned(ident, format_args!("option `{ident}` {rule}: write `{example}`"))
    }
}

/// One `key = value` in the option `attributes(..)`: an attribute of the span.
pub(crate) struct SpanAttribute {
    pub(crate) key: String,
    pub(crate) value: Expr,
}

/// Input: nothing, since an option such as `root` has no value.
pub(super) fn flag(key: &Key, input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![=]) || input.peek(syn::token::Paren) {
        return Err(key.wrong_syntax("takes no value"));
    }
    Ok(())
}

/// Input: `= format!("look up {topic}")`. The compiler checks the type of the expression, because
/// the runtime accepts different types for different options.
pub(super) fn expression(key: &Key, input: ParseStream<'_>) -> syn::Result<Expr> {
    assigned(key, input, Expr::parse)
}

/// Input: `= path::to::function::<u8>`.
pub(super) fn item_path(key: &Key, input: ParseStream<'_>) -> syn::Result<Path> {
    assigned(key, input, Path::parse)
}

/// Input: `= my_crate::trace_runtime`. Generic arguments are rejected, since no module has any.
pub(super) fn module_path(key: &Key, input: ParseStream<'_>) -> syn::Result<Path> {
    assigned(key, input, Path::parse_mod_style)
}

/// Input: `= WEATHER`. The macro defines a constant of this name.
pub(super) fn constant_name(key: &Key, input: ParseStream<'_>) -> syn::Result<Ident> {
    const EXPECTED: &str = "expected a name for the constant: write `definition = WEATHER`";
    assigned(key, input, |input| {
        let name: Ident = input.parse().map_err(|error| syn::Error::new(error.span(), EXPECTED))?;
        // A path such as `tools::WEATHER` begins with a name too, but names an existing item.
        let ends_here = input.is_empty() || input.peek(Token![,]);
        if ends_here { Ok(name) } else { Err(input.error(EXPECTED)) }
    })
}

/// Input: `(client, prompt)`.
pub(super) fn argument_names(key: &Key, input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    list(key, input, Ident::parse_any)
}

/// Input: `(key = value, "dotted.key" = value)`.
pub(super) fn attributes(key: &Key, input: ParseStream<'_>) -> syn::Result<Vec<SpanAttribute>> {
    list(key, input, attribute)
}

/// Reads `= value`, with `parse` for the value.
fn assigned<T>(
    key: &Key,
    input: ParseStream<'_>,
    parse: fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    if input.parse::<Token![=]>().is_err() || input.is_empty() || input.peek(Token![,]) {
        return Err(key.wrong_syntax("takes a value"));
    }
    parse(input)
}

/// Reads `(item, item)`, with `parse` for each item. A comma after the last item is allowed.
fn list<T>(
    key: &Key,
    input: ParseStream<'_>,
    parse: fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    if !input.peek(syn::token::Paren) {
        return Err(key.wrong_syntax("takes a list in parentheses"));
    }
    let content;
    parenthesized!(content in input);
    let items = Punctuated::<T, Token![,]>::parse_terminated_with(&content, parse);
    if items.is_err() {
        // `syn` reports the tokens that are left as a second mistake.
        let _ = content.parse::<TokenStream>();
    }
    Ok(items?.into_iter().collect())
}

/// Reads `key = value` or `"dotted.key" = value`.
fn attribute(input: ParseStream<'_>) -> syn::Result<SpanAttribute> {
    let key = if input.peek(LitStr) {
        input.parse::<LitStr>()?.value()
    } else if let Ok(key) = input.call(Ident::parse_any) {
        key.unraw().to_string()
    } else {
        return Err(
            input.error("expected an attribute: write `key = value` or `\"dotted.key\" = value`")
        );
    };
    // `a.b = 1` is a natural mistake, because most attribute keys have a dot.
    if input.peek(Token![.]) {
        return Err(input.error(format_args!(
            "an attribute key with a dot must be a string: write `\"{key}.…\" = value`"
        )));
    }
    input.parse::<Token![=]>()?;
    let value = input.parse()?;
    Ok(SpanAttribute { key, value })
}
