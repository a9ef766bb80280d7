//! The value of one option, which an annotation may set once.

use crate::errors::Errors;
use proc_macro2::Ident;

/// An option's value. It is empty where the annotation does not have the option.
pub(crate) struct Slot<T>(Option<T>);

// Derived, `Default` would demand `T: Default`, which `syn::Expr` is not.
impl<T> Default for Slot<T> {
    fn default() -> Self {
        Slot(None)
    }
}

impl<T> Slot<T> {
    /// Stores the value of the option `key`. A second value is an error at the second `key`; the
    /// first value is kept.
    pub(super) fn set(&mut self, key: &Ident, value: T, errors: &mut Errors) {
        if self.0.is_some() {
            errors.push(key, format_args!("option `{key}` is given twice: keep one of them"));
        } else {
            self.0 = Some(value);
        }
    }

    pub(crate) fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.is_some()
    }
}
