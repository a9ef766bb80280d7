//! Exactly what generated code names, and nothing else. Not part of the public interface.

pub use crate::call_site::{CallSite, crate_name};
pub use crate::capture::{Capture, CapturedValue, Probe};
pub use crate::in_span::{InSpan, apply, in_span, in_span_async, never_returned};
pub use crate::outcome::{Describe, ErrorProbe, Failed, Outcome, Split, SplitAny};
pub use crate::span::{OpenSpan, Recorder, Start, open};
pub use crate::{__call_site as call_site, __capture as capture, __outcome as outcome};
pub use core::option::Option::{None, Some};
pub use core::result::Result::{Err, Ok};
