//! Finds the schema of a type, and whether a value of it may be left out, without any bound.
//!
//! As with values, the compiler chooses by the references it takes away.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::marker::PhantomData;

/// Writes the schema of a type.
pub(super) type WriteSchema = fn(&mut SchemaGenerator) -> Schema;

/// Stands for a value of a type.
#[derive(Debug)]
pub struct SchemaProbe<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> SchemaProbe<T> {
    /// A probe of `T`.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "named by generated code only")]
    pub const fn new() -> Self {
        SchemaProbe(PhantomData)
    }
}

/// How a type's schema is written.
pub trait DescribeType {
    /// `None` for a type that does not describe itself: its schema is open.
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

/// Whether a type is an `Option`.
pub trait IsOptional {
    /// `true` for an `Option`.
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
