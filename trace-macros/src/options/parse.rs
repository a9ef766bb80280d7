//! Parses the list of options. After a mistake it continues with the next option, so that one build
//! reports every mistake.

use super::Options;
use super::place::Place;
use super::table::ROWS;
use super::value::Key;
use crate::errors::Errors;
use crate::kind::Kind;
use crate::suggestion::{did_you_mean, quoted_list};
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};

impl Options {
    /// Parses the tokens in the parentheses of `#[kind(..)]`. Mistakes go to `errors`, and an
    /// option with a mistake counts as absent.
    pub(crate) fn parse(kind: Kind, tokens: TokenStream, errors: &mut Errors) -> Options {
        Options::parse_in(Place::Function(kind), tokens, errors)
    }

    /// Parses the tokens in the parentheses of `traced!(kind(..), expression)`.
    pub(crate) fn parse_of_call(kind: Kind, tokens: TokenStream, errors: &mut Errors) -> Options {
        let options = Options::parse_in(Place::Call(kind), tokens, errors);
        if let (Some(output), true) = (options.output.get(), options.collect.is_set()) {
            errors.push(output, "`output` and `collect` cannot be combined: keep one of them");
        }
        options
    }

    fn parse_in(place: Place, tokens: TokenStream, errors: &mut Errors) -> Options {
        let mut options = Options::default();
        let parser = |input: ParseStream<'_>| {
            options.parse_list(place, input, errors);
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push_error(error);
        }
        options.reject_contradictions(errors);
        options
    }

    /// Returns the names of the options that are accepted at `place`, in the order of the
    /// documentation.
    fn accepted_at(place: Place) -> Vec<&'static str> {
        ROWS.iter().filter(|row| row.accepted_by.includes(place)).map(|row| row.name).collect()
    }

    fn parse_list(&mut self, place: Place, input: ParseStream<'_>, errors: &mut Errors) {
        while !input.is_empty() {
            if let Err(error) = self.parse_option(place, input, errors) {
                errors.push_error(error);
                skip_to_comma(input);
            }
            if !input.is_empty() && input.parse::<Token![,]>().is_err() {
                errors.push_error(input.error("expected `,` between two options"));
                skip_to_comma(input);
                // The input may end here without a comma.
                let _ = input.parse::<Token![,]>();
            }
        }
    }

    fn parse_option(
        &mut self,
        place: Place,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        // `parse_any` accepts keywords as well, because `crate` is an option.
        let Ok(ident) = input.call(Ident::parse_any) else {
            return Err(input.error(format_args!(
                "expected an option of `{place}`: one of {}",
                quoted_list(&Options::accepted_at(place)),
            )));
        };
        let name = ident.unraw().to_string();
        let mut accepted = ROWS.iter().filter(|row| row.accepted_by.includes(place));
        let Some(row) = accepted.find(|row| row.name == name) else {
            return Err(unknown_option(place, &ident, &name));
        };
        (row.read)(self, &Key { ident, example: row.example }, input, errors)
    }

    /// Reports pairs of options that contradict each other. A span has one parent or none, and
    /// there is one source for its input and one for its output.
    fn reject_contradictions(&self, errors: &mut Errors) {
        if let (Some(parent), true) = (self.parent.get(), self.root.is_set()) {
            errors.push(parent, "`parent` and `root` cannot be combined: keep one of them");
        }
        if let (Some(input), true) = (self.input.get(), self.skip_all.is_set()) {
            errors.push(input, "`input` and `skip_all` cannot be combined: keep one of them");
        }
        if let (Some(output), true) = (self.output.get(), self.skip_output.is_set()) {
            errors.push(output, "`output` and `skip_output` cannot be combined: keep one of them");
        }
    }
}

fn unknown_option(place: Place, ident: &Ident, name: &str) -> syn::Error {
    let function = Place::Function(place.kind());
    let needs_function = ROWS.iter().find(|row| {
        row.name == name && row.accepted_by.includes(function) && !row.accepted_by.includes(place)
    });
    if let Some(row) = needs_function {
        let (kind, example) = (place.kind().macro_name(), row.example);
        let message = format!(
            "option `{name}` needs a function: write `#[{kind}({example})]` on the function, \
             or remove it here"
        );
        return syn::Error::new_spanned(ident, message);
    }
    let accepted = Options::accepted_at(place);
    let message = format!(
        "unknown option `{name}` for `{place}`{} Accepted options: {}",
        did_you_mean(name, &accepted),
        quoted_list(&accepted),
    );
    syn::Error::new_spanned(ident, message)
}

/// Skips the rest of an option that has a mistake. A comma in parentheses is part of a group, so it
/// does not end the option.
fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}
