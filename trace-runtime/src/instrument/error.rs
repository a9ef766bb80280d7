//! Errors of any type: their type, their message and their sources.

use crate::capture::{CapturedValue, without_paths};
use crate::openinference::keys;
use crate::panic;
use opentelemetry::KeyValue;
use opentelemetry::trace::Status;
use std::any::{Any, type_name};
use std::error::Error;
use std::fmt::{Debug, Display};
use std::ops::Deref;

/// What is recorded of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    error_type: String,
    message: String,
    /// The sources of the error, or the place of the panic.
    trace: Option<String>,
}

impl Failed {
    pub(crate) fn of_error<E: Error + ?Sized>(error: &E) -> Self {
        Failed { trace: sources(error.source()), ..Failed::of_display(type_name::<E>(), &error) }
    }

    fn of_display(error_type: &str, error: &dyn Display) -> Self {
        Failed::of_message(error_type, CapturedValue::of_display(error))
    }

    fn of_message(error_type: &str, message: CapturedValue) -> Self {
        Failed { error_type: error_type.to_owned(), message: message.into_text(), trace: None }
    }

    pub(super) fn of_panic(payload: &(dyn Any + Send)) -> Self {
        let message = panic::message(payload);
        let trace = panic::location(&message).map(|location| format!("at {location}"));
        Failed { error_type: "panic".to_owned(), message, trace }
    }

    pub(crate) fn status(&self) -> Status {
        Status::error(format!("{}: {}", without_paths(&self.error_type), self.message))
    }

    pub(crate) fn event_attributes(&self) -> Vec<KeyValue> {
        let mut attributes = vec![
            KeyValue::new(keys::EXCEPTION_TYPE, self.error_type.clone()),
            KeyValue::new(keys::EXCEPTION_MESSAGE, self.message.clone()),
        ];
        let trace = self.trace.clone();
        attributes.extend(trace.map(|trace| KeyValue::new(keys::EXCEPTION_STACKTRACE, trace)));
        attributes
    }
}

/// The chain of sources, numbered from the nearest.
fn sources(nearest: Option<&(dyn Error + 'static)>) -> Option<String> {
    panic::catch(|| {
        // A chain that leads back to itself would have no end.
        let chain = std::iter::successors(nearest, |error| (*error).source()).take(64);
        let lines = chain.enumerate().map(|(n, error)| format!("caused by {}: {error}", n + 1));
        lines.collect::<Vec<_>>().join("\n")
    })
    .ok()
    .filter(|text| !text.is_empty())
}

/// An error to be described. The compiler chooses how, as for
/// [`Probe`](crate::__private::Probe).
#[derive(Debug)]
pub struct ErrorProbe<'a, E: ?Sized>(pub &'a E);

/// One rank of describing an error.
pub trait Describe {
    /// Type, message and sources.
    fn __trace_describe(&self) -> Failed;
}

impl<E: Error> Describe for &&&&ErrorProbe<'_, E> {
    fn __trace_describe(&self) -> Failed {
        Failed::of_error(self.0)
    }
}

/// A pointer to an error, such as `Box<dyn Error>` or `anyhow::Error`.
impl<E: Display + Deref<Target: FirstSource>> Describe for &&&ErrorProbe<'_, E> {
    fn __trace_describe(&self) -> Failed {
        let trace = sources(self.0.deref().first_source());
        Failed { trace, ..Failed::of_display(type_name::<E>(), self.0) }
    }
}

impl<E: Display> Describe for &&ErrorProbe<'_, E> {
    fn __trace_describe(&self) -> Failed {
        Failed::of_display(type_name::<E>(), self.0)
    }
}

impl<E: Debug> Describe for &ErrorProbe<'_, E> {
    fn __trace_describe(&self) -> Failed {
        Failed::of_message(type_name::<E>(), CapturedValue::of_debug(self.0))
    }
}

impl<E> Describe for ErrorProbe<'_, E> {
    fn __trace_describe(&self) -> Failed {
        let message = format!("<{}>", without_paths(type_name::<E>()));
        Failed { error_type: type_name::<E>().to_owned(), message, trace: None }
    }
}

/// `Error::source`, also of `dyn Error`, which is no `impl Error` behind a pointer.
pub trait FirstSource {
    /// What caused the error.
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
