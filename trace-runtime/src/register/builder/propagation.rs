//! Builder methods for traces that cross the border of a process.

use super::Builder;

impl Builder {
    /// Sets the global propagator of OpenTelemetry (true), or leaves it as it is (false). The
    /// functions of [`propagation`](crate::propagation) and the HTTP and gRPC layers of other
    /// crates use it to read and write the fields that carry a span.
    ///
    /// The formats come from `OTEL_PROPAGATORS`: `tracecontext`, `baggage`, `none` or a list of
    /// them, by default the first two. Use false if the program sets a propagator for another
    /// format; the variable is then not read.
    ///
    /// Default: set it together with the global provider, unless the program has already set a
    /// propagator. With an attached provider, or with
    /// [`set_global_tracer_provider(false)`](Self::set_global_tracer_provider), leave it. As
    /// OpenTelemetry specifies, the propagator is set even with `OTEL_SDK_DISABLED=true`, so that a
    /// service without spans still passes on its caller's.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().propagators(false).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn propagators(mut self, set: bool) -> Self {
        self.propagators = Some(set);
        self
    }

    /// Makes the spans of annotated functions that have no parent children of the span in the
    /// environment variables `TRACEPARENT` and `TRACESTATE`. Without this method the variables are
    /// not read.
    ///
    /// Use it in programs that run once for each caller: tools, jobs, steps of a build. The caller
    /// sets the variables with
    /// [`inject_into_command`](crate::propagation::inject_into_command). They are read once, by
    /// [`install`](Self::install). A missing or invalid value is ignored, since it comes from the
    /// caller. Functions with the option `root` still begin a new trace.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().parent_from_environment().install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn parent_from_environment(mut self) -> Self {
        self.parent_from_environment = true;
        self
    }

    /// Begins a new trace at each span of an annotated function whose parent is remote (default:
    /// false). The new span has a link to the remote one, and the sampler decides about it as about
    /// every new trace.
    ///
    /// Use it in services that strangers call: they could otherwise add spans to any trace, and
    /// decide what is sampled. The server span of another crate's layer still joins the caller's
    /// trace; leave out that layer, or use [`propagators(false)`](Self::propagators).
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().ignore_remote_parent(true).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn ignore_remote_parent(mut self, ignore: bool) -> Self {
        self.ignore_remote_parent = ignore;
        self
    }

    /// Gives the spans of a request the session and the user that its baggage names (default:
    /// false), as [`propagated`](crate::scope::Scope::propagated) of the caller sends them. All
    /// spans below a server layer have them, and those of most layers, unless a scope of this
    /// service sets its own.
    ///
    /// Use it in services that only your own services call: baggage is text that every caller may
    /// write. Values above 256 bytes and those with control characters are ignored. Metadata and
    /// tags need [`using_baggage`](crate::scope::using_baggage). Without the format `baggage`, or
    /// with a propagator of the program, it has no effect.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().session_from_baggage(true).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn session_from_baggage(mut self, take: bool) -> Self {
        self.session_from_baggage = take;
        self
    }

    /// Names hosts whose requests carry the current span in their headers, if they are sent by an
    /// adapter of this crate, such as the module `reqwest`: your own gateways and services.
    ///
    /// A host is named as in URLs, `"gateway.internal"`, with a port, `"localhost:4000"`, or with
    /// all hosts below a domain, `".internal"`. Without this method no request is changed, since
    /// the headers would tell strangers, such as the vendors of models, which of their requests
    /// belong together. A named host that redirects a request passes the headers on.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().propagate_to_hosts(["gateway.internal"]).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn propagate_to_hosts(
        mut self,
        hosts: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.propagated_hosts.extend(hosts.into_iter().map(Into::into));
        self
    }
}
