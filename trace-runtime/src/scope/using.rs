//! The public functions that begin a scope, and the methods that run code inside it.

use super::attributes::ContextAttributes;
use super::baggage;
use crate::in_current_span::WithCurrentSpan;
use crate::record::PromptTemplate;
use opentelemetry::{Context, ContextGuard};
use serde_json::Value;

/// A set of attributes for all spans that start inside it, or the suppression of all spans.
///
/// The functions [`using_session`], [`using_user`], [`using_metadata`], [`using_tags`],
/// [`using_prompt_template`], [`using_baggage`] and [`suppress_tracing`] create a scope, and its
/// methods add more to it. Nothing happens until code runs inside it: see [`in_scope`], [`bind`]
/// and [`attach`]. A scope is a value without ties to a thread and may be used several times.
///
/// A scope inside another adds to it: the inner session, user and prompt template win, metadata is
/// merged by key, and tags are collected. Attributes that a span sets itself take precedence over
/// all scopes.
///
/// [`in_scope`]: Scope::in_scope
/// [`bind`]: Scope::bind
/// [`attach`]: Scope::attach
///
/// ```
/// use trace_runtime::{chain, scope::{using_session, using_tags}};
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
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// // The span of `answer` has the attributes `session.id` and `user.id`.
/// using_session("conversation-7").user("ada").in_scope(|| answer("why"));
///
/// // A future or stream is in the scope on any thread that polls it.
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

/// Creates a scope whose spans belong to a session: they have the attribute `session.id`, by which
/// Phoenix groups the traces of a conversation. An empty id sets no attribute.
///
/// ```
/// # #[trace_runtime::chain] fn answer(question: &str) -> usize { question.len() }
/// trace_runtime::scope::using_session("conversation-7").in_scope(|| answer("why"));
/// ```
pub fn using_session(id: impl Into<String>) -> Scope {
    Scope::default().session(id)
}

/// Creates a scope whose spans belong to a user: they have the attribute `user.id`. An empty id
/// sets no attribute.
///
/// ```
/// # #[trace_runtime::chain] fn answer(question: &str) -> usize { question.len() }
/// trace_runtime::scope::using_user("ada").in_scope(|| answer("why"));
/// ```
pub fn using_user(id: impl Into<String>) -> Scope {
    Scope::default().user(id)
}

/// Creates a scope whose spans have this entry in their attribute `metadata`, a JSON object.
///
/// ```
/// # #[trace_runtime::chain] fn answer(question: &str) -> usize { question.len() }
/// trace_runtime::scope::using_metadata("attempt", 2).metadata("cached", true).in_scope(|| answer("why"));
/// ```
pub fn using_metadata(key: impl Into<String>, value: impl Into<Value>) -> Scope {
    Scope::default().metadata(key, value)
}

/// Creates a scope whose spans have these tags in their attribute `tag.tags`, an array of strings.
///
/// ```
/// # #[trace_runtime::chain] fn answer(question: &str) -> usize { question.len() }
/// trace_runtime::scope::using_tags(["beta", "mobile"]).in_scope(|| answer("why"));
/// ```
pub fn using_tags<T: Into<String>>(tags: impl IntoIterator<Item = T>) -> Scope {
    Scope::default().tags(tags)
}

/// Creates a scope whose spans have the attributes `llm.prompt_template.*`: the template from which
/// their prompt was rendered.
///
/// ```
/// use trace_runtime::{record::PromptTemplate, scope::using_prompt_template};
///
/// # #[trace_runtime::llm] fn ask(question: &str) -> usize { question.len() }
/// let template = PromptTemplate::new("Where is {city}?").version("v2");
/// using_prompt_template(template).in_scope(|| ask("Where is Rome?"));
/// ```
pub fn using_prompt_template(template: PromptTemplate) -> Scope {
    Scope::default().prompt_template(template)
}

/// Creates a scope from the baggage of the current context: session, user, metadata and tags that
/// another service wrote with [`Scope::propagated`].
///
/// Baggage is never read implicitly, because the caller of a service controls it. Do not use it for
/// requests of clients that you do not trust.
///
/// ```
/// # #[trace_runtime::chain] fn answer(question: &str) -> usize { question.len() }
/// # let headers = http::HeaderMap::new();
/// // The headers of a request; a server layer attaches its context in the same way.
/// let _attached = trace_runtime::propagation::extract_from_headers(&headers).attach();
/// trace_runtime::scope::using_baggage().in_scope(|| answer("why"));
/// ```
pub fn using_baggage() -> Scope {
    Scope { attributes: baggage::read(&Context::current()), ..Scope::default() }
}

/// Creates a scope that suppresses tracing: neither annotated functions nor other OpenTelemetry
/// instrumentation record spans inside it.
///
/// ```
/// # #[trace_runtime::llm] fn ask(question: &str) -> usize { question.len() }
/// let answer = trace_runtime::scope::suppress_tracing().in_scope(|| ask("a health check"));
/// assert_eq!(answer, 14);
/// ```
pub fn suppress_tracing() -> Scope {
    Scope { is_suppressed: true, ..Scope::default() }
}

impl Scope {
    /// Sets the session. See [`using_session`].
    ///
    /// ```
    /// use trace_runtime::scope::using_user;
    ///
    /// let scope = using_user("ada").session("conversation-7");
    /// ```
    pub fn session(mut self, id: impl Into<String>) -> Self {
        self.attributes.session = Some(id.into()).filter(|id| !id.is_empty());
        self
    }

    /// Sets the user. See [`using_user`].
    ///
    /// ```
    /// use trace_runtime::scope::using_session;
    ///
    /// let scope = using_session("conversation-7").user("ada");
    /// ```
    pub fn user(mut self, id: impl Into<String>) -> Self {
        self.attributes.user = Some(id.into()).filter(|id| !id.is_empty());
        self
    }

    /// Adds an entry to the metadata. See [`using_metadata`].
    ///
    /// ```
    /// use trace_runtime::scope::using_session;
    ///
    /// let scope = using_session("conversation-7").metadata("attempt", 2);
    /// ```
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.metadata.insert(key.into(), value.into());
        self
    }

    /// Adds tags. See [`using_tags`].
    ///
    /// ```
    /// use trace_runtime::scope::using_session;
    ///
    /// let scope = using_session("conversation-7").tags(["beta"]);
    /// ```
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.attributes.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// Sets the prompt template. See [`using_prompt_template`].
    ///
    /// ```
    /// use trace_runtime::{record::PromptTemplate, scope::using_session};
    ///
    /// let scope = using_session("conversation-7").prompt_template(PromptTemplate::new("Hello {name}"));
    /// ```
    pub fn prompt_template(mut self, template: PromptTemplate) -> Self {
        self.attributes.prompt_template = Some(template);
        self
    }

    /// Also writes session, user, metadata and tags to the OpenTelemetry baggage, which
    /// [`propagation`](crate::propagation) and the client layers of other crates send to other
    /// services with each request.
    ///
    /// Masks do not apply to baggage, so do not use this with data that other services must not
    /// see. An entry that would make the baggage larger than 8,192 bytes is left out.
    ///
    /// ```
    /// # fn send_request() {}
    /// let scope = trace_runtime::scope::using_session("conversation-7").propagated();
    /// scope.in_scope(|| send_request());
    /// ```
    pub fn propagated(mut self) -> Self {
        self.is_propagated = true;
        self
    }

    /// Calls a closure inside the scope.
    ///
    /// ```
    /// use trace_runtime::scope::using_session;
    ///
    /// let answer = using_session("conversation-7").in_scope(|| 6 * 7);
    /// assert_eq!(answer, 42);
    /// ```
    pub fn in_scope<R>(&self, closure: impl FnOnce() -> R) -> R {
        let _attached = self.attach();
        closure()
    }

    /// Binds a future or a stream to the scope, and to the span that is current now. Both are
    /// current whenever the result is polled, on any thread, and when it is dropped.
    ///
    /// ```
    /// use trace_runtime::scope::using_session;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let answer = using_session("conversation-7").bind(async { 6 * 7 }).await;
    /// assert_eq!(answer, 42);
    /// # }
    /// ```
    pub fn bind<T>(&self, future_or_stream: T) -> WithCurrentSpan<T> {
        WithCurrentSpan::new(future_or_stream, self.context())
    }

    /// Enters the scope on this thread until the guard is dropped.
    ///
    /// Do not hold the guard across an `.await`: other tasks on the thread would run inside the
    /// scope. Use [`bind`](Self::bind) instead.
    ///
    /// ```
    /// # #[trace_runtime::chain] fn answer(question: &str) -> usize { question.len() }
    /// let _guard = trace_runtime::scope::using_user("ada").attach();
    /// answer("why");
    /// ```
    #[must_use = "the scope ends when the guard is dropped"]
    pub fn attach(&self) -> ContextGuard {
        self.context().attach()
    }

    /// Returns the current context with the scope added to it, for APIs that take a context.
    ///
    /// ```
    /// # #[trace_runtime::chain] fn answer(question: &str) -> usize { question.len() }
    /// let context = trace_runtime::scope::using_user("ada").context();
    /// let _guard = context.attach();
    /// answer("why");
    /// ```
    #[must_use]
    pub fn context(&self) -> Context {
        self.apply_to(&Context::current())
    }

    /// Returns `context` with the scope added to it.
    pub(crate) fn apply_to(&self, context: &Context) -> Context {
        let mut context = self.attributes.apply_to(context);
        // After the merge, so that the baggage has the attributes of outer scopes too.
        if self.is_propagated {
            context = baggage::write(&context);
        }
        if self.is_suppressed { context.with_telemetry_suppressed() } else { context }
    }
}
