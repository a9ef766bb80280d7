//! Scopes, and how code is run inside one.

use super::attributes::ContextAttributes;
use super::baggage;
use crate::in_current_span::WithCurrentSpan;
use crate::record::PromptTemplate;
use opentelemetry::{Context, ContextGuard};
use serde_json::Value;

/// What holds for every span inside a scope.
///
/// Begun by [`using_session`], [`using_user`], [`using_metadata`], [`using_tags`],
/// [`using_prompt_template`], [`using_baggage`] and [`suppress_tracing`]; its methods add more. A
/// scope inside another adds to it: the inner session, user and prompt template win, metadata is
/// merged by key, and tags are collected. What a span is given by itself wins over all scopes.
///
/// It reaches every span below, also those that other instrumentation begins through this crate's
/// provider, and goes where the current span goes: see
/// [`InCurrentSpan`](crate::InCurrentSpan).
///
/// ```
/// use trace_runtime::{chain, using_session, using_tags};
///
/// #[chain]
/// fn answer(question: &str) -> String {
///     question.to_uppercase()
/// }
///
/// #[chain]
/// async fn answer_later(question: &str) -> String {
///     answer(question)
/// }
///
/// // Each span has `session.id` and `user.id`.
/// using_session("conversation-7").user("ada").in_scope(|| answer("why"));
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// // The same for a future or a stream, wherever it is polled.
/// let tagged = using_tags(["test"]).metadata("attempt", 2).bind(answer_later("why"));
/// assert_eq!(tagged.await, "WHY");
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a scope does nothing by itself: call `in_scope`, `bind` or `attach`"]
pub struct Scope {
    attributes: ContextAttributes,
    is_suppressed: bool,
    is_propagated: bool,
}

/// A scope whose spans belong to a session: the attribute `session.id`, by which Phoenix shows a
/// conversation of several traces as one. An empty id says nothing.
pub fn using_session(id: impl Into<String>) -> Scope {
    Scope::default().session(id)
}

/// A scope whose spans belong to a user: the attribute `user.id`. An empty id says nothing.
pub fn using_user(id: impl Into<String>) -> Scope {
    Scope::default().user(id)
}

/// A scope whose spans have this entry in their `metadata`, a JSON object.
pub fn using_metadata(key: impl Into<String>, value: impl Into<Value>) -> Scope {
    Scope::default().metadata(key, value)
}

/// A scope whose spans have these `tag.tags`.
pub fn using_tags<T: Into<String>>(tags: impl IntoIterator<Item = T>) -> Scope {
    Scope::default().tags(tags)
}

/// A scope whose spans say which template their prompt was rendered from.
pub fn using_prompt_template(template: PromptTemplate) -> Scope {
    Scope::default().prompt_template(template)
}

/// A scope with what another service has sent along: session, user, metadata and tags in the
/// baggage of the current context, written there by [`Scope::propagated`]. Baggage comes from
/// whoever calls, so it is read only where this is called.
pub fn using_baggage() -> Scope {
    Scope { attributes: baggage::read(&Context::current()), ..Scope::default() }
}

/// A scope without spans: neither annotated functions nor other instrumentation records anything.
///
/// ```
/// # #[trace_runtime::llm] fn ask(question: &str) -> usize { question.len() }
/// let answer = trace_runtime::suppress_tracing().in_scope(|| ask("a health check"));
/// assert_eq!(answer, 14);
/// ```
pub fn suppress_tracing() -> Scope {
    Scope { is_suppressed: true, ..Scope::default() }
}

impl Scope {
    /// Adds a session: see [`using_session`].
    pub fn session(mut self, id: impl Into<String>) -> Self {
        self.attributes.session = Some(id.into()).filter(|id| !id.is_empty());
        self
    }

    /// Adds a user: see [`using_user`].
    pub fn user(mut self, id: impl Into<String>) -> Self {
        self.attributes.user = Some(id.into()).filter(|id| !id.is_empty());
        self
    }

    /// Adds an entry of the metadata: see [`using_metadata`].
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.metadata.insert(key.into(), value.into());
        self
    }

    /// Adds tags: see [`using_tags`].
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.attributes.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// Adds a prompt template: see [`using_prompt_template`].
    pub fn prompt_template(mut self, template: PromptTemplate) -> Self {
        self.attributes.prompt_template = Some(template);
        self
    }

    /// Also puts session, user, metadata and tags into the OpenTelemetry baggage, which a
    /// propagator sends along to other services. They are not masked there.
    pub fn propagated(mut self) -> Self {
        self.is_propagated = true;
        self
    }

    /// Calls a closure inside the scope.
    pub fn in_scope<R>(&self, closure: impl FnOnce() -> R) -> R {
        let _attached = self.attach();
        closure()
    }

    /// Binds a future or a stream to the scope, and to the span that is current now.
    pub fn bind<T>(&self, future_or_stream: T) -> WithCurrentSpan<T> {
        WithCurrentSpan::new(future_or_stream, self.context())
    }

    /// Enters the scope until the guard is dropped. Not to be held across an `.await`: there
    /// [`bind`](Self::bind) is right.
    #[must_use = "the scope ends when the guard is dropped"]
    pub fn attach(&self) -> ContextGuard {
        self.context().attach()
    }

    /// The current context, inside the scope.
    #[must_use]
    pub fn context(&self) -> Context {
        self.within(&Context::current())
    }

    pub(crate) fn within(&self, context: &Context) -> Context {
        let mut context = self.attributes.within(context);
        if self.is_propagated {
            context = baggage::written(&context);
        }
        if self.is_suppressed { context.with_telemetry_suppressed() } else { context }
    }
}
