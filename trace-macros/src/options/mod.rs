//! The options of an annotation: `#[llm(name = "ask", skip(client))]`.

pub(crate) mod names;
mod parse;
mod slot;

use slot::Slot;
use syn::{Expr, Ident, Path};

/// What was written between the parentheses.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Slot<Expr>,
    pub(crate) skip: Slot<Vec<Ident>>,
    pub(crate) skip_all: Slot<()>,
    pub(crate) skip_output: Slot<()>,
    pub(crate) input: Slot<Expr>,
    pub(crate) output: Slot<Expr>,
    pub(crate) attributes: Slot<Vec<Attribute>>,
    pub(crate) parent: Slot<Expr>,
    pub(crate) root: Slot<()>,
    pub(crate) collect: Slot<Path>,
    pub(crate) crate_path: Slot<Path>,
    pub(crate) description: Slot<Expr>,
    pub(crate) parameters: Slot<Expr>,
    pub(crate) definition: Slot<Ident>,
    pub(crate) model: Slot<Expr>,
    pub(crate) provider: Slot<Expr>,
}

/// One `key = value` of the option `attributes`.
pub(crate) struct Attribute {
    pub(crate) key: String,
    pub(crate) value: Expr,
}

impl Options {
    /// The arguments named in `skip(..)`.
    pub(crate) fn skipped(&self) -> &[Ident] {
        self.skip.get().map_or(&[], Vec::as_slice)
    }
}
