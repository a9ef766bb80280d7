//! The errors of settings that are invalid or contradict each other.

use std::fmt;

/// The error of [`Builder::install`](crate::Builder::install).
///
/// The message names the setting, the value that was found and the values that are accepted, with
/// an example to copy. The values of headers and keys are never part of it.
///
/// `Debug` writes the message too: a `main` that returns the error, and `unwrap()`, print that form.
///
/// ```
/// let error = trace_runtime::register().endpoint("localhost:6006").install().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`endpoint(..)` is \"localhost:6006\": expected a URL that begins with http:// or https://, \
///      for example http://localhost:6006",
/// );
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// A setting whose value cannot be parsed.
    #[error("{setting} is {found}: expected {accepted}")]
    Invalid {
        /// The builder method or the environment variable.
        setting: Setting,
        /// The value in quotes; for a header or key, a text without the value.
        found: String,
        /// The accepted values, with an example.
        accepted: String,
    },
    /// A variable without which a backend cannot be used.
    #[error("{backend} needs `{variable}`, which is not set ({found}): {expected}")]
    MissingVariable {
        /// The name of the backend.
        backend: &'static str,
        /// The variable.
        variable: &'static str,
        /// The names of its other variables that are set.
        found: String,
        /// The value that is expected, with a line to write.
        expected: String,
    },
    /// Two settings that exclude each other.
    #[error("{first} and {second} exclude each other: {advice}")]
    Conflict {
        /// One of the two.
        first: Setting,
        /// The other.
        second: Setting,
        /// A way to resolve the conflict.
        advice: &'static str,
    },
    /// A setting that requires a cargo feature which is not enabled.
    #[error("{setting} requires {what}: enable the feature `{feature}` of trace-runtime")]
    MissingFeature {
        /// The builder method or the environment variable.
        setting: Setting,
        /// The capability that is missing, such as gRPC.
        what: &'static str,
        /// The cargo feature that adds it.
        feature: &'static str,
    },
    /// A certificate file cannot be used.
    #[error("{setting} names the file {path}: {reason}")]
    Certificate {
        /// The environment variable.
        setting: Setting,
        /// The file.
        path: String,
        /// The reason, such as the error of the operating system.
        reason: String,
    },
    /// A file cannot be used as a table of prices.
    #[error(
        "{setting} names {path}, which is not a table of prices ({reason}): expected the `data.json` \
         of genai-prices, version 2"
    )]
    Prices {
        /// The builder method or the environment variable.
        setting: Setting,
        /// The file.
        path: String,
        /// The reason, such as the error of the operating system.
        reason: String,
    },
    /// The folder of a spool, or the file of the file exporter, cannot be written.
    #[error("{setting} names {path}, which cannot be written: {reason}")]
    Folder {
        /// The builder method or the environment variable.
        setting: Setting,
        /// The path.
        path: String,
        /// The reason, such as the error of the operating system.
        reason: String,
    },
    /// The exporter could not be created, for example because its thread could not be started.
    #[error("the exporter could not be created: {0}")]
    Exporter(String),
    /// Another registration is active. There can be one at a time, since annotated functions have
    /// no argument that selects one.
    #[error(
        "a registration is already active: keep one `Registration` for the whole program, or call \
         `shutdown()` on it (or drop it) before calling `install()` again"
    )]
    AlreadyInstalled,
}

impl fmt::Debug for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The origin of a setting. It displays as the user writes it: `` `endpoint(..)` `` for a method,
/// `` `PHOENIX_API_KEY` `` for a variable.
///
/// ```
/// use trace_runtime::Setting;
///
/// assert_eq!(Setting::Method("endpoint").to_string(), "`endpoint(..)`");
/// assert_eq!(Setting::Variable("PHOENIX_API_KEY").to_string(), "`PHOENIX_API_KEY`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Setting {
    /// A method of the [`Builder`](crate::Builder).
    Method(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// The default, since neither code nor a variable sets it.
    Default,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setting::Method(name) => write!(f, "`{name}(..)`"),
            Setting::Variable(name) => write!(f, "`{name}`"),
            Setting::Default => f.write_str("the default"),
        }
    }
}

impl Setting {
    /// Creates the error for a value that cannot be parsed. `accepted` completes "expected ..".
    pub(crate) fn invalid(self, found: &str, accepted: impl Into<String>) -> RegisterError {
        RegisterError::Invalid {
            setting: self,
            found: format!("{found:?}"),
            accepted: accepted.into(),
        }
    }

    /// Creates the error for a file that is not a table of prices.
    #[cfg(feature = "cost")]
    pub(crate) fn unusable_prices(self, path: &std::path::Path, reason: String) -> RegisterError {
        RegisterError::Prices { setting: self, path: path.display().to_string(), reason }
    }

    /// Creates the error for a secret value that cannot be parsed. Errors are logged, so the value
    /// must not be part of it.
    pub(crate) fn invalid_secret(self, accepted: impl Into<String>) -> RegisterError {
        RegisterError::Invalid {
            setting: self,
            found: "invalid (its value is not shown)".to_owned(),
            accepted: accepted.into(),
        }
    }
}
