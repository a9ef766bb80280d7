//! The facts about an annotated function, which the macro writes as a constant, and one call of it.

use crate::capture::without_paths;
use crate::openinference::{OpenInferenceSpanKind, keys};
use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use std::borrow::Cow;

/// The facts about one annotated function that are known at compile time.
///
/// The macro writes it as a constant, so that opening a span copies one reference.
#[derive(Clone, Copy, Debug)]
pub struct CallSite {
    /// The span kind of the macro.
    pub kind: OpenInferenceSpanKind,
    /// The option `name` if it is a literal, else the function's name.
    pub name: &'static str,
    /// True if `name` is the option, false if it is the function's name.
    pub is_named: bool,
    /// The function's name.
    pub function: &'static str,
    /// The function's name with the path of its module.
    pub path: &'static str,
    /// The source file.
    pub file: &'static str,
    /// The line of the function's name.
    pub line: u32,
    /// The crate of the function, as its manifest names it.
    pub crate_name: &'static str,
    /// The version of that crate.
    pub crate_version: Option<&'static str>,
    /// The function's doc comment.
    pub documentation: &'static str,
    /// The length of these texts in the attributes of a span, see [`counted`](CallSite::counted).
    pub bytes: usize,
}

impl CallSite {
    /// Returns the call site with the length of its texts, which is computed at compile time.
    #[must_use]
    pub const fn counted(self) -> Self {
        let CallSite { name, path, file, documentation, .. } = self;
        let bytes = 2 * name.len() + path.len() + file.len() + documentation.len();
        CallSite { bytes, ..self }
    }

    /// Creates the call site of HTTP exchanges and of tools that other processes call. No function
    /// was annotated, so the parts that describe the source are empty.
    pub(crate) const fn of_exchanges(kind: OpenInferenceSpanKind, name: &'static str) -> Self {
        CallSite {
            kind,
            name,
            is_named: true,
            function: "",
            path: "",
            file: "",
            line: 0,
            crate_name: env!("CARGO_PKG_NAME"),
            crate_version: Some(env!("CARGO_PKG_VERSION")),
            documentation: "",
            bytes: 0,
        }
        .counted()
    }
}

/// One call of an annotated function, before it runs.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) site: &'static CallSite,
    /// The option `name`, if it is an expression that had to be evaluated.
    pub(crate) name: Option<Cow<'static, str>>,
    /// The type the function is a method of, with its path.
    pub(crate) self_type: Option<&'static str>,
}

impl Call {
    pub(crate) fn kind(&self) -> OpenInferenceSpanKind {
        self.site.kind
    }

    /// Returns true if the call is an exchange with another process and not a call of an annotated
    /// function.
    pub(crate) fn is_exchange(&self) -> bool {
        self.site.file.is_empty()
    }

    /// Returns true if another process calls a tool of this one.
    pub(crate) fn is_served(&self) -> bool {
        self.is_exchange() && self.kind() == OpenInferenceSpanKind::Tool
    }

    /// Returns OpenTelemetry's kind of the span: an exchange is a request to another process, or
    /// from one.
    pub(crate) fn span_kind(&self) -> SpanKind {
        if self.is_served() {
            SpanKind::Server
        } else if self.is_exchange() {
            SpanKind::Client
        } else {
            SpanKind::Internal
        }
    }

    /// Returns the span's name: the option `name`, else `Type::method`, else the function's name.
    pub(crate) fn span_name(&self) -> Cow<'static, str> {
        match (&self.name, self.self_type) {
            (Some(name), _) => name.clone(),
            (None, Some(self_type)) if !self.site.is_named => {
                format!("{}::{}", without_paths(self_type), self.site.function).into()
            }
            _ => self.site.name.into(),
        }
    }

    /// Returns the option `name`, else the bare function name. Models and users call a tool or an
    /// agent by this name, so it never carries the type.
    pub(crate) fn tool_or_agent_name(&self) -> Cow<'static, str> {
        self.name.clone().unwrap_or(self.site.name.into())
    }

    /// Estimates the memory of the attributes that [`describe`](Call::describe) will push, without
    /// a name that was evaluated.
    #[inline]
    pub(crate) fn bytes(&self) -> usize {
        self.site.bytes + self.self_type.map_or(0, str::len)
    }

    /// Estimates the memory of a name that was evaluated.
    pub(crate) fn bytes_of_name(&self) -> usize {
        2 * self.name.as_deref().map_or(0, str::len)
    }

    /// Pushes the `code.*` attributes of a function, and the names that OpenInference defines
    /// besides the name of the span: `agent.name` for agents, `tool.name` and `tool.description`
    /// for tools.
    pub(crate) fn describe(&self, attributes: &mut Vec<KeyValue>) {
        if self.is_exchange() {
            return;
        }
        let CallSite { path, function, file, line, documentation, .. } = self.site;
        let function = match self.self_type {
            Some(self_type) => Cow::Owned([self_type, "::", function].concat()),
            None => Cow::Borrowed(*path),
        };
        attributes.push(KeyValue::new(keys::CODE_FUNCTION_NAME, function));
        attributes.push(KeyValue::new(keys::CODE_FILE_PATH, *file));
        attributes.push(KeyValue::new(keys::CODE_LINE_NUMBER, i64::from(*line)));
        match self.kind() {
            OpenInferenceSpanKind::Agent => {
                attributes.push(KeyValue::new(keys::AGENT_NAME, self.tool_or_agent_name()));
            }
            OpenInferenceSpanKind::Tool => {
                attributes.push(KeyValue::new(keys::TOOL_NAME, self.tool_or_agent_name()));
                if !documentation.is_empty() {
                    attributes.push(KeyValue::new(keys::TOOL_DESCRIPTION, *documentation));
                }
            }
            _ => {}
        }
    }
}

/// Returns the crate's name: from its manifest, else the first segment of the module path.
///
/// Builds without cargo, such as Bazel's, do not set `CARGO_PKG_NAME`.
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

/// Writes the [`CallSite`] of a `traced!`: the path is that of the called function, as the call
/// spells it, since the function itself may be anywhere.
#[doc(hidden)]
#[macro_export]
macro_rules! __traced_site {
    ($kind:ident, $name:expr, $is_named:expr, $path:expr, $line:expr) => {
        $crate::__private::CallSite {
            path: $path,
            ..$crate::__private::call_site!($kind, $name, $is_named, "", $line, "")
        }
        .counted()
    };
}

/// Writes a [`CallSite`]. It expands in the user's crate, so that the module path, the file and the
/// version are those of that crate.
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
            bytes: 0,
        }
        .counted()
    };
}
