//! What is known about an annotated function at compile time.

use crate::openinference::OpenInferenceSpanKind;

/// The facts of one annotated function, written by the macro as a constant.
#[derive(Clone, Copy, Debug)]
pub struct CallSite {
    /// The span kind of the macro.
    pub kind: OpenInferenceSpanKind,
    /// The span's name, unless it is made at the call.
    pub name: &'static str,
    /// Whether `name` was given, rather than taken from the function.
    pub is_named: bool,
    /// The function's name.
    pub function: &'static str,
    /// The function's name behind the module it is in.
    pub path: &'static str,
    /// The source file.
    pub file: &'static str,
    /// The line of the function's name.
    pub line: u32,
    /// The crate the function is in, as its manifest names it.
    pub crate_name: &'static str,
    /// The version of that crate.
    pub crate_version: Option<&'static str>,
    /// The function's doc comment.
    pub documentation: &'static str,
}

/// The crate's name from its manifest, else the first segment of the module path.
#[must_use]
pub const fn crate_name(manifest: Option<&'static str>, module: &'static str) -> &'static str {
    if let Some(name) = manifest {
        return name;
    }
    let bytes = module.as_bytes();
    let mut end = 0;
    while end < bytes.len() && bytes[end] != b':' {
        end += 1;
    }
    module.split_at(end).0
}

/// Writes a [`CallSite`]. It expands in the user's crate, so that the paths and the version are
/// those of that crate.
#[doc(hidden)]
#[macro_export]
macro_rules! __call_site {
    ($kind:ident, $name:expr, $is_named:expr, $function:expr, $line:expr, $documentation:expr) => {
        $crate::__private::CallSite {
            kind: $crate::OpenInferenceSpanKind::$kind,
            name: $name,
            is_named: $is_named,
            function: $function,
            path: ::core::concat!(::core::module_path!(), "::", $function),
            file: ::core::file!(),
            line: $line,
            crate_name: $crate::__private::crate_name(
                ::core::option_env!("CARGO_PKG_NAME"),
                ::core::module_path!(),
            ),
            crate_version: ::core::option_env!("CARGO_PKG_VERSION"),
            documentation: $documentation,
        }
    };
}
