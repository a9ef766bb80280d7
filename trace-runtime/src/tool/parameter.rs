//! One argument of a tool, as generated code describes it.

use super::probe::WriteSchema;
use std::hash::{Hash, Hasher};

/// An argument of an annotated function. The macro fills in names and docs, and the compiler the
/// facts about the type, through [`SchemaProbe`](super::SchemaProbe).
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The variables that the argument binds, except skipped ones: one, or several if a pattern
    /// destructures it.
    pub names: &'static [&'static str],
    /// The variables of the argument that the option `skip` names.
    pub skipped: &'static [&'static str],
    /// True if a pattern destructures the argument, as in `Place { city, country }: Place`.
    pub is_destructured: bool,
    /// The doc comment of the argument.
    pub description: &'static str,
    /// True if the type is an `Option`, so that a model may omit the argument.
    pub is_optional: bool,
    /// Writes the schema of the type; `None` if the type does not implement `JsonSchema`.
    pub write_schema: Option<WriteSchema>,
}

impl Parameter {
    /// Returns the fields that determine the schema, for comparison. A function pointer identifies
    /// its type: the compiler may merge functions with the same code into one address, but those
    /// write the same schema.
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

// The traits are implemented explicitly, since comparing function pointers with a derived
// `PartialEq` is a lint of the compiler.
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
