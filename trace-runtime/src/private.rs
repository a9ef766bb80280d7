//! The names that generated code uses, and no others. They are not part of the public interface.

pub use crate::capture::{Capture, CapturedValue, Probe};
pub use crate::instrument::{
    AsResult, AsSuccess, AttributeOptions, CallArguments, CallEnd, CallProbe, DescribeError,
    ErrorInfo, ErrorProbe, EvaluationTarget, InSpan, LentStream, NoStream, Outcome, PendingCall,
    ReturnedProbe, SpanEnd, SpanHandle, StartOptions, StreamInSpan, StreamProbe, YieldSpan,
    annotate, apply_output, collected_stream_in_span, evaluated_target, finish_diverging,
    future_in_span, in_call, in_call_async, in_place, in_span, in_span_async, in_span_later,
    infer_return_type, open, open_later, prepare_call, require_stream, stream_in_span, yield_span,
};
pub use crate::record::{RecordProbe, Recorded};
pub use crate::span::{CallSite, crate_name};
pub use crate::tool::GivenSchema;
#[cfg(feature = "schema")]
pub use crate::tool::{DescribeType, IsOptional, Parameter, SchemaProbe, parameters_schema};
pub use crate::{
    __call_site as call_site, __capture as capture, __collect as collect,
    __definition as definition, __failed as failed, __finish as finish,
    __finish_call as finish_call, __given_definition as given_definition, __item as item,
    __outcome as outcome, __parameters as parameters, __traced_site as traced_site,
};
pub use core::option::Option::{None, Some};
pub use core::result::Result::{Err, Ok};
pub use std::boxed::Box;
