//! Finds the schema of a type, and detects `Option`, without a bound on the type.
//!
//! Generated code calls `(&&probe).__trace_write_schema()` on a [`SchemaProbe`] of any type. Method
//! resolution prefers the implementation for `&SchemaProbe`, which exists only if the type
//! implements `JsonSchema` or is an `Option`, and falls back to the one for `SchemaProbe` ("autoref
//! specialization", as for captured values). So `#[tool]` works with types that have no schema.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::marker::PhantomData;

/// A function that writes the schema of a type.
pub(super) type WriteSchema = fn(&mut SchemaGenerator) -> Schema;

/// A stand-in for a value of the type `T`, since the schema is needed before there is a value.
#[derive(Debug)]
pub struct SchemaProbe<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> SchemaProbe<T> {
    /// Creates a probe of `T`.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "named by generated code only")]
    pub const fn new() -> Self {
        SchemaProbe(PhantomData)
    }
}

/// Finds the schema of the type of a [`SchemaProbe`].
pub trait DescribeType {
    /// Returns `None` if the type does not implement `JsonSchema`. Such an argument accepts any
    /// value.
    fn __trace_write_schema(&self) -> Option<WriteSchema>;
}

impl<T: JsonSchema + ?Sized> DescribeType for &SchemaProbe<T> {
    fn __trace_write_schema(&self) -> Option<WriteSchema> {
        Some(SchemaGenerator::subschema_for::<T>)
    }
}

impl<T: ?Sized> DescribeType for SchemaProbe<T> {
    fn __trace_write_schema(&self) -> Option<WriteSchema> {
        None
    }
}

/// Detects if the type of a [`SchemaProbe`] is an `Option`.
pub trait IsOptional {
    /// Returns true if the type is an `Option`, or a reference to one.
    fn __trace_is_optional(&self) -> bool;
}

impl<T> IsOptional for &SchemaProbe<Option<T>> {
    fn __trace_is_optional(&self) -> bool {
        true
    }
}

impl<T> IsOptional for &SchemaProbe<&Option<T>> {
    fn __trace_is_optional(&self) -> bool {
        true
    }
}

impl<T> IsOptional for &SchemaProbe<&mut Option<T>> {
    fn __trace_is_optional(&self) -> bool {
        true
    }
}

impl<T: ?Sized> IsOptional for SchemaProbe<T> {
    fn __trace_is_optional(&self) -> bool {
        false
    }
}
