//! The propagator for `traceparent` and `tracestate`.

use opentelemetry::Context;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;

const TRACE_PARENT: &str = "traceparent";

/// The propagator of the SDK, which reads only a `traceparent` of the format that W3C defines.
///
/// The SDK also accepts ids that are too short, and pads them with zeros. The parent would then be
/// a span that does not exist.
#[derive(Debug, Default)]
pub(crate) struct TraceContext(TraceContextPropagator);

impl TextMapPropagator for TraceContext {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        self.0.inject_context(context, injector);
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        if extractor.get(TRACE_PARENT).is_some_and(|value| is_well_formed(value.trim())) {
            self.0.extract_with_context(context, extractor)
        } else {
            context.clone()
        }
    }

    fn fields(&self) -> FieldIter<'_> {
        self.0.fields()
    }
}

/// Returns true if the value has four fields of lower-case hexadecimal digits, with their lengths.
/// Later versions of the format may have more fields after these. The SDK checks the values.
fn is_well_formed(value: &str) -> bool {
    let mut fields = value.splitn(5, '-');
    [2, 32, 16, 2].into_iter().all(|length| {
        fields.next().is_some_and(|field| {
            field.len() == length
                && field.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::TraceContextExt;
    use std::collections::HashMap;

    fn extracted(trace_parent: &str) -> bool {
        let carrier = HashMap::from([(TRACE_PARENT.to_owned(), trace_parent.to_owned())]);
        let context = TraceContext::default().extract_with_context(&Context::new(), &carrier);
        context.span().span_context().is_valid()
    }

    #[test]
    fn only_a_well_formed_traceparent_is_read() {
        let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        for accepted in [valid.to_owned(), format!(" {valid} "), format!("01{}-more", &valid[2..])]
        {
            assert!(extracted(&accepted), "{accepted}");
        }
        for ignored in [
            "",
            "00-7-8-01",
            "garbage",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "+0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        ] {
            assert!(!extracted(ignored), "{ignored}");
        }
    }
}
