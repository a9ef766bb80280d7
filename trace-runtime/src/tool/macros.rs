//! The macros that `#[tool]` expands to.
//!
//! A procedural macro cannot see which features of this crate are enabled, so it always generates
//! the same calls. These macros expand to nothing, or to an error, without the feature `schema`.

/// Records `tool.parameters` from the signature.
#[cfg(feature = "schema")]
#[doc(hidden)]
#[macro_export]
macro_rules! __parameters {
    ($record:expr, $parameters:tt) => {
        $record.derived_parameters(&$crate::__parameter_list!($parameters))
    };
}

#[cfg(not(feature = "schema"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __parameters {
    ($record:expr, $parameters:tt) => {};
}

/// Expands to an array of [`Parameter`](crate::__private::Parameter). The attributes are the
/// `#[cfg]` conditions of the arguments.
#[cfg(feature = "schema")]
#[doc(hidden)]
#[macro_export]
macro_rules! __parameter_list {
    ([$($(#[$condition:meta])* ($($parameter:tt)*)),*]) => {
        [$($(#[$condition])* $crate::__parameter!($($parameter)*)),*]
    };
}

/// Expands to a [`Parameter`](crate::__private::Parameter). It expands in the crate of the
/// function, where the compiler knows the type. The type is `_` if it cannot be named outside the
/// signature, such as `impl Trait`.
#[cfg(feature = "schema")]
#[doc(hidden)]
#[macro_export]
macro_rules! __parameter {
    ($is_destructured:literal $names:tt $skipped:tt, _, $description:literal) => {
        $crate::__private::Parameter {
            names: &$names,
            skipped: &$skipped,
            is_destructured: $is_destructured,
            description: $description,
            is_optional: false,
            write_schema: $crate::__private::None,
        }
    };
    ($is_destructured:literal $names:tt $skipped:tt, $type:ty, $description:literal) => {{
        use $crate::__private::{DescribeType as _, IsOptional as _};
        let probe = $crate::__private::SchemaProbe::<$type>::new();
        $crate::__private::Parameter {
            names: &$names,
            skipped: &$skipped,
            is_destructured: $is_destructured,
            description: $description,
            is_optional: (&&probe).__trace_is_optional(),
            write_schema: (&&probe).__trace_write_schema(),
        }
    }};
}

/// Expands to a [`ToolDefinition`](crate::tool::ToolDefinition) with the schema of the option
/// `parameters`.
#[doc(hidden)]
#[macro_export]
macro_rules! __given_definition {
    ($name:expr, $description:expr, $parameters:expr) => {
        $crate::tool::ToolDefinition::new($name, $description, || {
            static GIVEN: $crate::__private::GivenSchema = $crate::__private::GivenSchema::new();
            GIVEN.get_or_evaluate(|| $crate::__private::capture!($parameters).into_owned())
        })
    };
}

/// Expands to a [`ToolDefinition`](crate::tool::ToolDefinition) with the schema of the signature.
#[cfg(feature = "schema")]
#[doc(hidden)]
#[macro_export]
macro_rules! __definition {
    ($name:expr, $description:expr, $parameters:tt) => {
        $crate::tool::ToolDefinition::new($name, $description, || {
            $crate::__private::parameters_schema(&$crate::__parameter_list!($parameters)).value()
        })
    };
}

#[cfg(not(feature = "schema"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __definition {
    ($name:expr, $description:expr, $parameters:tt) => {
        ::core::compile_error!(
            "a definition with the schema of the signature needs the feature `schema` of \
             trace-runtime: enable it, or write `parameters = json_schema`"
        )
    };
}
