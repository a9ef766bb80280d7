//! Resolves the formats and the parents of traces that cross the border of a process.

use crate::config::{Environment, RegisterError};
use crate::propagation::TraceContext;
use crate::register::builder::Builder;
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{SpanContext, TraceContextExt};
use std::collections::HashMap;

/// The settings for remote parents.
#[derive(Debug, PartialEq)]
pub(in crate::register) struct PropagationSettings {
    /// The formats of the global propagator; `None` leaves it as it is.
    pub(in crate::register) propagators: Option<Propagators>,
    /// The parent of spans that have none: the span in the environment, or an invalid one.
    pub(in crate::register) parent: SpanContext,
    /// True if a span with a remote parent begins a new trace.
    pub(in crate::register) ignore_remote_parent: bool,
    /// The hosts whose requests carry the current span, in lower case.
    pub(in crate::register) hosts: Vec<String>,
}

/// The formats that the global propagator reads and writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate setting")]
pub(in crate::register) struct Propagators {
    pub(in crate::register) trace_context: bool,
    pub(in crate::register) baggage: bool,
    /// True if the session and the user are taken from received baggage.
    pub(in crate::register) session: bool,
    /// True if a propagator that the program has set before is replaced.
    pub(in crate::register) replace: bool,
}

const NAMES: &str = "tracecontext, baggage, none or a list of them, for example \
                     tracecontext,baggage; to use another format, set its propagator in code and \
                     call `propagators(false)`";

impl PropagationSettings {
    /// Resolves the settings. An invalid variable is only an error if it is used: a program that
    /// sets its own propagator may list formats that this crate does not know.
    pub(in crate::register) fn resolve(
        builder: &Builder,
        env: &Environment,
    ) -> Result<Self, RegisterError> {
        let sets_provider = builder.set_global_tracer_provider && builder.provider.is_none();
        let sets_propagators = builder.propagators.unwrap_or(sets_provider);
        let replace = builder.propagators == Some(true);
        let mut propagators =
            if sets_propagators { Some(Propagators::resolve(env, replace)?) } else { None };
        if let Some(propagators) = &mut propagators {
            propagators.session = propagators.baggage && builder.session_from_baggage;
        }
        let parent = if builder.parent_from_environment { parent(env) } else { SpanContext::NONE };
        let ignore_remote_parent = builder.ignore_remote_parent;
        let hosts = builder.propagated_hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        Ok(PropagationSettings { propagators, parent, ignore_remote_parent, hosts })
    }

    /// Returns true if requests to this host carry the current span.
    pub(in crate::register) fn propagates_to(&self, host: &str, port: Option<u16>) -> bool {
        let host = host.to_ascii_lowercase();
        let with_port = port.map(|port| format!("{host}:{port}"));
        self.hosts.iter().any(|named| {
            let is_below = named.starts_with('.') && host.ends_with(named.as_str());
            is_below || *named == host || with_port.as_ref() == Some(named)
        })
    }
}

impl Propagators {
    /// Resolves `OTEL_PROPAGATORS`, whose default is that of the OpenTelemetry specification.
    fn resolve(env: &Environment, replace: bool) -> Result<Self, RegisterError> {
        let Some((setting, list)) = env.get("OTEL_PROPAGATORS") else {
            return Ok(Propagators {
                trace_context: true,
                baggage: true,
                replace,
                ..Propagators::default()
            });
        };
        let mut propagators = Propagators { replace, ..Propagators::default() };
        for name in list.split(',').map(str::trim) {
            match name {
                "tracecontext" => propagators.trace_context = true,
                "baggage" => propagators.baggage = true,
                "none" => {}
                _ => return Err(setting.invalid(list, NAMES)),
            }
        }
        Ok(propagators)
    }
}

/// Returns the span that the environment names; an invalid one if it names none.
fn parent(env: &Environment) -> SpanContext {
    let variables = [("traceparent", "TRACEPARENT"), ("tracestate", "TRACESTATE")];
    let fields: HashMap<_, _> = variables
        .into_iter()
        .filter_map(|(field, name)| Some((field.to_owned(), env.get(name)?.1.to_owned())))
        .collect();
    let context = TraceContext::default().extract_with_context(&Context::new(), &fields);
    context.span().span_context().clone()
}
