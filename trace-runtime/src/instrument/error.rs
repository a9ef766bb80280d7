//! Describes errors of any type: the type, the message and the sources.

use crate::capture::{CapturedValue, without_paths};
use crate::openinference::keys;
use crate::panic;
use opentelemetry::KeyValue;
use opentelemetry::trace::Status;
use std::any::{Any, type_name};
use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::ops::Deref;

/// The parts of an error that a span records: a status, and an `exception` event.
///
/// They are boxed, because a value that a call returns moves through the same frames as an error
/// that few calls return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorInfo(Box<Parts>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    error_type: String,
    message: String,
    /// The sources of the error, or the location of the panic: `exception.stacktrace`.
    stacktrace: Option<String>,
}

impl ErrorInfo {
    fn new(error_type: &str, message: CapturedValue<'_>, stacktrace: Option<String>) -> Self {
        let (error_type, message) = (error_type.to_owned(), message.into_text());
        ErrorInfo(Box::new(Parts { error_type, message, stacktrace }))
    }

    pub(crate) fn from_error<E: Error + ?Sized>(error: &E) -> Self {
        let message = CapturedValue::from_display(&error);
        ErrorInfo::new(type_name::<E>(), message, sources(error.source()))
    }

    pub(crate) fn from_display(error_type: &str, error: &dyn Display) -> Self {
        ErrorInfo::new(error_type, CapturedValue::from_display(error), None)
    }

    /// Replaces the type.
    pub(crate) fn with_type(mut self, error_type: String) -> Self {
        self.0.error_type = error_type;
        self
    }

    pub(super) fn from_panic(payload: &(dyn Any + Send)) -> Self {
        let message = panic::message(payload);
        let location = panic::location(message).map(|location| format!("at {location}"));
        ErrorInfo::new("panic", CapturedValue::from_display(&message), location)
    }

    pub(crate) fn status(&self) -> Status {
        Status::error(format!("{}: {}", without_paths(&self.0.error_type), self.0.message))
    }

    /// Returns the attributes of the `exception` event, as OpenTelemetry's conventions name them.
    pub(crate) fn event_attributes(&self) -> Vec<KeyValue> {
        let Parts { error_type, message, stacktrace } = (*self.0).clone();
        let mut attributes = vec![
            KeyValue::new(keys::EXCEPTION_TYPE, error_type),
            KeyValue::new(keys::EXCEPTION_MESSAGE, message),
        ];
        attributes.extend(stacktrace.map(|text| KeyValue::new(keys::EXCEPTION_STACKTRACE, text)));
        attributes
    }
}

/// The maximum number of sources that are listed. A chain of sources may be cyclic.
const MAX_SOURCES: usize = 64;

/// Lists the chain of sources, one per line, numbered from the nearest. The whole list has the limit
/// of one value.
fn sources(nearest: Option<&(dyn Error + 'static)>) -> Option<String> {
    let nearest = nearest?;
    Some(CapturedValue::from_display(&Sources(nearest)).into_text())
}

/// The chain of sources that begins with an error.
struct Sources<'a>(&'a (dyn Error + 'static));

impl Display for Sources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chain = std::iter::successors(Some(self.0), |error| (*error).source());
        for (n, error) in chain.take(MAX_SOURCES).enumerate() {
            let separator = if n == 0 { "" } else { "\n" };
            write!(f, "{separator}caused by {}: {error}", n + 1)?;
        }
        Ok(())
    }
}

/// A reference to an error of any type. The compiler chooses the best description, as for
/// [`Probe`](crate::__private::Probe): each reference that method resolution removes lowers the
/// rank by one.
#[derive(Debug)]
pub struct ErrorProbe<'a, E: ?Sized>(pub &'a E);

/// One rank of describing an error.
pub trait DescribeError {
    /// Returns the type, the message and the sources.
    fn __trace_describe(&self) -> ErrorInfo;
}

/// First rank: types that implement `Error`.
impl<E: Error> DescribeError for &&&&ErrorProbe<'_, E> {
    fn __trace_describe(&self) -> ErrorInfo {
        ErrorInfo::from_error(self.0)
    }
}

/// Second rank: pointers to an error, such as `Box<dyn Error>` and `anyhow::Error`, which do not
/// implement `Error` themselves.
impl<E: Display + Deref<Target: FirstSource>> DescribeError for &&&ErrorProbe<'_, E> {
    fn __trace_describe(&self) -> ErrorInfo {
        let stacktrace = sources(self.0.deref().first_source());
        ErrorInfo::new(type_name::<E>(), CapturedValue::from_display(self.0), stacktrace)
    }
}

/// Third rank: types that implement `Display`, such as `String`.
impl<E: Display> DescribeError for &&ErrorProbe<'_, E> {
    fn __trace_describe(&self) -> ErrorInfo {
        ErrorInfo::from_display(type_name::<E>(), self.0)
    }
}

/// Fourth rank: types that implement `Debug`.
impl<E: Debug> DescribeError for &ErrorProbe<'_, E> {
    fn __trace_describe(&self) -> ErrorInfo {
        ErrorInfo::new(type_name::<E>(), CapturedValue::from_debug(self.0), None)
    }
}

/// Last rank: all other types, by their name.
impl<E> DescribeError for ErrorProbe<'_, E> {
    fn __trace_describe(&self) -> ErrorInfo {
        let message = format!("<{}>", without_paths(type_name::<E>()));
        ErrorInfo::from_display(type_name::<E>(), &message)
    }
}

/// Gives access to `Error::source` for `dyn Error` too: as the target of a pointer it does not
/// implement `Error`.
pub trait FirstSource {
    /// Returns the source of the error.
    fn first_source(&self) -> Option<&(dyn Error + 'static)>;
}

impl<E: Error> FirstSource for E {
    fn first_source(&self) -> Option<&(dyn Error + 'static)> {
        self.source()
    }
}

macro_rules! dynamic {
    ($($error:ty),*) => {$(
        impl FirstSource for $error {
            fn first_source(&self) -> Option<&(dyn Error + 'static)> {
                self.source()
            }
        }
    )*};
}

dynamic!(dyn Error + '_, dyn Error + Send + '_, dyn Error + Send + Sync + '_);
