//! Why `install` refused.

use std::fmt;

/// Why [`Builder::install`](crate::Builder::install) refused; the text says what to write instead.
///
/// ```
/// let error = trace_runtime::register().endpoint("localhost:6006").install().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`endpoint(..)` is \"localhost:6006\": expected a URL that begins with http:// or https://, \
///      write for example http://localhost:6006",
/// );
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// A setting that cannot be read.
    #[error("{setting} is {found}: expected {accepted}")]
    Invalid {
        /// The builder method or the environment variable.
        setting: Setting,
        /// The value; of a header or a key, only that it is hidden.
        found: String,
        /// What is accepted, and an example of it.
        accepted: String,
    },
    /// Two settings that exclude each other.
    #[error("{first} and {second} exclude each other: {advice}")]
    Conflict {
        /// One of the two.
        first: Setting,
        /// The other.
        second: Setting,
        /// How to resolve it.
        advice: &'static str,
    },
    /// A setting that asks for what this build does not contain.
    #[error("{setting} asks for {what}: enable the feature `{feature}` of trace-runtime")]
    MissingFeature {
        /// The builder method or the environment variable.
        setting: Setting,
        /// What was asked for.
        what: &'static str,
        /// The feature that brings it.
        feature: &'static str,
    },
    /// The certificate file cannot be used.
    #[error("{setting} names the file {path}: {reason}")]
    Certificate {
        /// The environment variable.
        setting: Setting,
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder of the spool, or the file for spans, cannot be used.
    #[error("{setting} names {path}, which cannot be written: {reason}")]
    Folder {
        /// The builder method or the environment variable.
        setting: Setting,
        /// The path.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The exporter could not be made.
    #[error("the exporter could not be made: {0}")]
    Exporter(String),
    /// Another registration is active.
    #[error(
        "a registration is active already: keep the one `Registration` for the whole program, or \
         call `shutdown()` on it (or drop it) before `install()` is called again"
    )]
    AlreadyInstalled,
}

/// Where a setting was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Setting {
    /// A method of the [`Builder`](crate::Builder).
    Method(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// Nowhere: the default holds.
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
    /// The error for a value of this setting that cannot be read.
    pub(crate) fn invalid(self, found: &str, accepted: impl Into<String>) -> RegisterError {
        RegisterError::Invalid {
            setting: self,
            found: format!("{found:?}"),
            accepted: accepted.into(),
        }
    }

    /// The same for a value that must not be shown.
    pub(crate) fn invalid_secret(self, accepted: impl Into<String>) -> RegisterError {
        RegisterError::Invalid {
            setting: self,
            found: "not readable (its value is not shown)".to_owned(),
            accepted: accepted.into(),
        }
    }
}
