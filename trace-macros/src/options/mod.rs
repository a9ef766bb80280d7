//! The options of an annotation: `#[llm(name = "ask", skip(client))]`.
//!
//! `table` declares every option, `parse` reads the list of options, `value` reads the value of one
//! option, and `slot` keeps it.

mod parse;
mod place;
mod slot;
mod table;
mod value;

pub(crate) use table::Options;

use syn::Ident;
use syn::ext::IdentExt;

impl Options {
    /// Returns the arguments named in `skip(..)`.
    pub(crate) fn skipped(&self) -> &[Ident] {
        self.skip.get().map_or(&[], Vec::as_slice)
    }

    /// Returns true if `skip(..)` names `argument`. `r#type` and `type` are one name.
    pub(crate) fn skips(&self, argument: &Ident) -> bool {
        self.skipped().iter().any(|skipped| skipped.unraw() == argument.unraw())
    }
}
