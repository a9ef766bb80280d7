//! Applies context attributes to spans of other instrumentation.
//!
//! Spans of annotated functions read the context themselves when they start. Other crates,
//! which start spans through the provider of this crate, do not. This processor adds the attributes
//! to their spans.

use super::attributes::ContextAttributes;
use opentelemetry::Context;
use opentelemetry::trace::Span as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use std::time::Duration;

/// Adds the attributes of the scope to a span when it starts.
#[derive(Debug)]
pub(crate) struct ContextAttributesProcessor;

impl SpanProcessor for ContextAttributesProcessor {
    fn on_start(&self, span: &mut Span, context: &Context) {
        let Some(attributes) = ContextAttributes::from_context(context) else { return };
        // Attributes that the span was started with take precedence.
        let given = span.exported_data().map(|data| data.attributes).unwrap_or_default();
        let is_given = |key| given.iter().any(|attribute| attribute.key == key);
        for attribute in attributes.iter() {
            if !is_given(attribute.key.clone()) {
                span.set_attribute(attribute.clone());
            }
        }
    }

    fn on_end(&self, _: SpanData) {}

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}
