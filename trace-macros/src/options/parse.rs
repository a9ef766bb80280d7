//! Parses the list of options. After a mistake it continues with the next option, so that one build
//! reports every mistake.

use super::Options;
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
        let mut options = Options::default();
        let parser = |input: ParseStream<'_>| {
            options.parse_list(kind, input, errors);
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push_error(error);
        }
        options.reject_contradictions(errors);
        options
    }

    /// Returns the names of the options that `#[kind]` accepts, in the order of the documentation.
    pub(crate) fn accepted_by(kind: Kind) -> Vec<&'static str> {
        ROWS.iter().filter(|row| row.accepted_by.includes(kind)).map(|row| row.name).collect()
    }

    fn parse_list(&mut self, kind: Kind, input: ParseStream<'_>, errors: &mut Errors) {
        while !input.is_empty() {
            if let Err(error) = self.parse_option(kind, input, errors) {
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
        kind: Kind,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        // `parse_any` accepts keywords as well, because `crate` is an option.
        let Ok(ident) = input.call(Ident::parse_any) else {
            return Err(input.error(format_args!(
                "expected an option of `#[{}]`: one of {}",
                kind.macro_name(),
                quoted_list(&Options::accepted_by(kind)),
            )));
        };
        let name = ident.unraw().to_string();
        let mut accepted = ROWS.iter().filter(|row| row.accepted_by.includes(kind));
        let Some(row) = accepted.find(|row| row.name == name) else {
            return Err(unknown_option(kind, &ident, &name));
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

fn unknown_option(kind: Kind, ident: &Ident, name: &str) -> syn::Error {
    let accepted = Options::accepted_by(kind);
    let message = format!(
        "unknown option `{name}` for `#[{}]`{} Accepted options: {}",
        kind.macro_name(),
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
