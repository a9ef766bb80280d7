//! The place of an annotation, which decides about the options that it accepts.

use crate::kind::Kind;
use std::fmt::{self, Display};

/// The place of an annotation. Error messages show it as users write it.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// `#[llm]` on a function.
    Function(Kind),
    /// `traced!(llm, ..)` at a call.
    Call(Kind),
}

impl Place {
    pub(super) fn kind(self) -> Kind {
        match self {
            Place::Function(kind) | Place::Call(kind) => kind,
        }
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Function(kind) => write!(f, "#[{}]", kind.macro_name()),
            Place::Call(kind) => write!(f, "traced!({}, ..)", kind.macro_name()),
        }
    }
}
