//! The options that are evaluated before sampling: the name, the parent and the scope of a span.

use super::parent::Parent;
use crate::record::AttributeValue;
use crate::register::{Active, EffectiveParent};
use crate::scope::{self, Scope};
use crate::span::{Call, CallSite};
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};
use std::any::type_name;
use std::borrow::Cow;

/// Receives the options of an annotation that every span has, whether it records or not.
///
/// A sampler decides by the name and the parent, and a session must reach the spans below even if
/// this one does not record.
#[derive(Debug)]
pub struct StartOptions {
    site: &'static CallSite,
    self_type: Option<&'static str>,
    is_root: bool,
    /// `None` for most calls, so that passing the options on copies little.
    rare: Option<Box<RareOptions>>,
}

/// The options that few annotations have.
#[derive(Debug, Default)]
struct RareOptions {
    name: Option<Cow<'static, str>>,
    /// The context of the option `parent`; after [`resolve_context`](StartOptions::resolve_context),
    /// the context of the body. `None` means the current context.
    context: Option<Context>,
    scope: Option<Scope>,
}

impl StartOptions {
    pub(super) fn new(site: &'static CallSite) -> Self {
        StartOptions { site, self_type: None, is_root: false, rare: None }
    }

    /// Creates the options of a span with a name that is known at run time.
    pub(super) fn named(site: &'static CallSite, name: String) -> Self {
        let mut start = StartOptions::new(site);
        start.rare().name = Some(name.into());
        start
    }

    fn rare(&mut self) -> &mut RareOptions {
        self.rare.get_or_insert_default()
    }

    /// Sets the option `name` if it is not a literal; literals are part of the call site.
    pub fn name(&mut self, name: &(impl SpanName + ?Sized)) {
        self.rare().name = Some(name.span_name());
    }

    /// Marks the function as a method of `T`.
    pub fn method_of<T: ?Sized>(&mut self) {
        self.self_type = Some(type_name::<T>());
    }

    /// Sets the option `parent`.
    pub fn parent(&mut self, parent: &impl Parent) {
        self.rare().context = parent.parent_context();
    }

    /// Sets the option `root`.
    pub fn root(&mut self) {
        self.is_root = true;
    }

    /// Sets the option `session`.
    pub fn session(&mut self, session: &(impl AttributeValue + ?Sized)) {
        if let Some(session) = session.attribute_value() {
            self.add_to_scope(|scope| scope.session(session.as_str()));
        }
    }

    /// Sets the option `user`.
    pub fn user(&mut self, user: &(impl AttributeValue + ?Sized)) {
        if let Some(user) = user.attribute_value() {
            self.add_to_scope(|scope| scope.user(user.as_str()));
        }
    }

    fn add_to_scope(&mut self, change: impl FnOnce(Scope) -> Scope) {
        let scope = self.rare().scope.take().unwrap_or_default();
        self.rare().scope = Some(change(scope));
    }

    /// Computes the context of the body, without its span. Most calls have neither a parent nor a
    /// scope and run in their caller's context.
    #[inline]
    pub(super) fn resolve_context(&mut self) {
        if let Some(rare) = &mut self.rare {
            rare.compute_context();
        }
    }

    /// Returns true if the body runs in its caller's context, apart from the span.
    pub(super) fn runs_in_current_context(&self) -> bool {
        self.context().is_none()
    }

    /// Passes the context of the body to `read`.
    ///
    /// `read` must not attach a context: OpenTelemetry lends the current context only while it is
    /// the current one.
    #[inline]
    pub(super) fn in_context<T>(&self, read: impl FnOnce(&Context) -> T) -> T {
        match self.context() {
            Some(context) => read(context),
            None => Context::map_current(read),
        }
    }

    #[inline]
    fn context(&self) -> Option<&Context> {
        self.rare.as_ref()?.context.as_ref()
    }

    /// Returns the parent of the span, where `current` is the span of the context.
    #[inline]
    pub(super) fn effective_parent<'a>(
        &self,
        active: &'a Active,
        current: &'a SpanContext,
    ) -> EffectiveParent<'a> {
        if self.is_root { EffectiveParent::NONE } else { active.effective_parent(current) }
    }

    #[inline]
    pub(super) fn site(&self) -> &'static CallSite {
        self.site
    }

    #[inline]
    pub(super) fn self_type(&self) -> Option<&'static str> {
        self.self_type
    }

    /// Returns the name that was evaluated, if there is one.
    #[inline]
    pub(super) fn evaluated_name(&self) -> Option<&Cow<'static, str>> {
        self.rare.as_ref()?.name.as_ref()
    }

    /// Returns the call, for a provider that samples by it.
    pub(super) fn call(&self) -> Call {
        Call { site: self.site, name: self.evaluated_name().cloned(), self_type: self.self_type }
    }

    /// Returns true unless it is already certain that the span will not record. A ratio sampler
    /// decides by the trace id, which does not exist yet, and an attached provider decides by
    /// itself: both may record.
    pub(super) fn may_record(&self, active: &Active) -> bool {
        self.in_context(|context| {
            let current = context.span();
            let parent = self.effective_parent(active, current.span_context()).parent;
            let is_sampled = parent.is_valid().then(|| parent.is_sampled());
            !context.is_telemetry_suppressed() && active.may_sample(is_sampled)
        })
    }
}

impl RareOptions {
    fn compute_context(&mut self) {
        if let Some(parent) = self.context.take() {
            self.context = Some(Context::map_current(|now| scope::inherit_scope(now, &parent)));
        }
        if let Some(scope) = self.scope.take() {
            let applied = match &self.context {
                Some(context) => scope.apply_to(context),
                None => Context::map_current(|context| scope.apply_to(context)),
            };
            self.context = Some(applied);
        }
    }
}

/// A value of the option `name`: text of any kind.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a span's name",
    label = "expected text: `&str`, `String` or `Cow<str>`"
)]
pub trait SpanName {
    /// Returns the name.
    fn span_name(&self) -> Cow<'static, str>;
}

impl SpanName for str {
    fn span_name(&self) -> Cow<'static, str> {
        Cow::Owned(self.to_owned())
    }
}

impl SpanName for String {
    fn span_name(&self) -> Cow<'static, str> {
        Cow::Owned(self.clone())
    }
}

impl SpanName for Cow<'_, str> {
    fn span_name(&self) -> Cow<'static, str> {
        Cow::Owned(self.clone().into_owned())
    }
}

impl<T: SpanName + ?Sized> SpanName for &T {
    fn span_name(&self) -> Cow<'static, str> {
        (**self).span_name()
    }
}
