//! Context attributes for the spans that other instrumentation begins through our provider.

use super::attributes::ContextAttributes;
use opentelemetry::Context;
use opentelemetry::trace::Span as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use std::time::Duration;

/// Adds the context attributes that a span was not given.
#[derive(Debug)]
pub(crate) struct ContextAttributesProcessor;

impl SpanProcessor for ContextAttributesProcessor {
    fn on_start(&self, span: &mut Span, context: &Context) {
        let Some(attributes) = ContextAttributes::of(context) else { return };
        // What the span was begun with wins.
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
