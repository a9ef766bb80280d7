//! One argument of a tool.

use super::probe::WriteSchema;
use std::hash::{Hash, Hasher};

/// What the macro and the compiler know of an argument.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The names that the argument binds: one, unless a pattern takes it apart.
    pub names: &'static [&'static str],
    /// Those of them that `skip` names.
    pub skipped: &'static [&'static str],
    /// Whether a pattern takes it apart.
    pub is_destructured: bool,
    /// Its doc comment.
    pub description: &'static str,
    /// Whether it may be left out.
    pub is_optional: bool,
    /// `None` if its type does not describe itself.
    pub write_schema: Option<WriteSchema>,
}

impl Parameter {
    /// Functions at one address write the same schema.
    fn identity(&self) -> ([&[&str]; 2], bool, &str, bool, usize) {
        let address = self.write_schema.map_or(0, |write| write as usize);
        (
            [self.names, self.skipped],
            self.is_destructured,
            self.description,
            self.is_optional,
            address,
        )
    }
}

impl PartialEq for Parameter {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Parameter {}

impl Hash for Parameter {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}
