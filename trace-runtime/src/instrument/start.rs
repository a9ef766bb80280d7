//! What is settled before sampling: name, place and parent of a span.

use super::parent::Parent;
use crate::record::AttributeValue;
use crate::register::Active;
use crate::scope::{self, Scope};
use crate::span::{CallSite, Callee};
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use std::any::type_name;
use std::borrow::Cow;

/// Takes the options that every span has, before it is decided whether it records.
#[derive(Debug)]
pub struct Start {
    callee: Callee,
    parent: Option<Context>,
    scope: Option<Box<Scope>>,
    is_root: bool,
}

impl Start {
    pub(super) fn new(site: &'static CallSite) -> Self {
        let callee = Callee { site, name: None, self_type: None };
        Start { callee, parent: None, scope: None, is_root: false }
    }

    /// The option `name`, where it is more than a literal.
    pub fn name(&mut self, name: &(impl SpanName + ?Sized)) {
        self.callee.name = Some(name.span_name());
    }

    /// The function is a method of `T`.
    pub fn method_of<T: ?Sized>(&mut self) {
        self.callee.self_type = Some(type_name::<T>());
    }

    /// The option `parent`.
    pub fn parent(&mut self, parent: &impl Parent) {
        self.parent = parent.parent_context();
    }

    /// The option `root`.
    pub fn root(&mut self) {
        self.is_root = true;
    }

    /// The option `session`.
    pub fn session(&mut self, session: &(impl AttributeValue + ?Sized)) {
        if let Some(session) = session.attribute_value() {
            self.add(|scope| scope.session(session.as_str()));
        }
    }

    /// The option `user`.
    pub fn user(&mut self, user: &(impl AttributeValue + ?Sized)) {
        if let Some(user) = user.attribute_value() {
            self.add(|scope| scope.user(user.as_str()));
        }
    }

    fn add(&mut self, change: impl FnOnce(Scope) -> Scope) {
        let scope = self.scope.take().map(|scope| *scope).unwrap_or_default();
        self.scope = Some(Box::new(change(scope)));
    }

    /// Settles the context that the body runs in, but for its span.
    #[inline]
    pub(super) fn settle(&mut self) {
        if self.parent.is_some() || self.scope.is_some() {
            self.settle_context();
        }
    }

    fn settle_context(&mut self) {
        if let Some(parent) = self.parent.take() {
            self.parent = Some(Context::map_current(|now| scope::inherit_scope(now, &parent)));
        }
        if let Some(scope) = self.scope.take() {
            self.parent = Some(self.in_context(|context| scope.within(context)));
        }
    }

    /// Whether the body runs in the context of its caller, but for its span.
    pub(super) fn is_in_current(&self) -> bool {
        self.parent.is_none()
    }

    /// Reads that context. Nothing that attaches another one may be called with it.
    #[inline]
    pub(super) fn in_context<T>(&self, read: impl FnOnce(&Context) -> T) -> T {
        match &self.parent {
            Some(parent) => read(parent),
            None => Context::map_current(read),
        }
    }

    pub(super) fn is_root(&self) -> bool {
        self.is_root
    }

    /// Where the span is placed: `context`, or nowhere for the root of a new trace, which keeps
    /// all else that the context carries.
    pub(super) fn place(&self, context: &Context) -> Context {
        match (self.is_root, context.is_telemetry_suppressed()) {
            (false, _) => context.clone(),
            (true, false) => Context::new(),
            (true, true) => Context::new().with_telemetry_suppressed(),
        }
    }

    pub(super) fn callee(&self) -> &Callee {
        &self.callee
    }

    /// Whether a span begun here could record. Where sampling is a matter of the trace's id, or
    /// of an attached provider, it could.
    pub(super) fn may_record(&self, active: &Active) -> bool {
        let place = self.in_context(|context| self.place(context));
        let parent = place.span().span_context().clone();
        let is_sampled = parent.is_valid().then(|| parent.is_sampled());
        !place.is_telemetry_suppressed() && active.may_sample(is_sampled)
    }
}

/// What the option `name` takes: text of any kind.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a span's name",
    label = "expected text: `&str`, `String` or `Cow<str>`"
)]
pub trait SpanName {
    /// The name.
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
