//! The context attributes of OpenInference: those that a span has because of where it is.

use crate::openinference::keys;
use crate::record::{Attributes, PromptTemplate};
use opentelemetry::{Array, Context, KeyValue, StringValue, Value};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// What a scope adds to the spans inside it. Lives in the OpenTelemetry context.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ContextAttributes {
    pub(super) session: Option<String>,
    pub(super) user: Option<String>,
    pub(super) metadata: Map<String, Json>,
    pub(super) tags: Vec<String>,
    pub(super) prompt_template: Option<PromptTemplate>,
    /// The same, as attributes: made once, and shared by them all.
    pub(super) rendered: Arc<[KeyValue]>,
}

impl ContextAttributes {
    /// What a span begun in `context` has.
    pub(crate) fn of(context: &Context) -> Option<Arc<[KeyValue]>> {
        context.get::<Self>().map(|attributes| Arc::clone(&attributes.rendered))
    }

    /// `context`, where `self` is added to what holds already: the inner session, user and prompt
    /// template win, metadata is merged by key, and tags are collected.
    pub(super) fn within(&self, context: &Context) -> Context {
        let outer = context.get::<Self>().cloned().unwrap_or_default();
        let mut tags = outer.tags;
        for tag in &self.tags {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        let mut metadata = outer.metadata;
        metadata.extend(self.metadata.clone());
        let mut merged = ContextAttributes {
            session: self.session.clone().or(outer.session),
            user: self.user.clone().or(outer.user),
            metadata,
            tags,
            prompt_template: self.prompt_template.clone().or(outer.prompt_template),
            rendered: Arc::default(),
        };
        merged.rendered = merged.render().into();
        context.with_value(merged)
    }

    fn render(&self) -> Vec<KeyValue> {
        let shared = |text: &str| Value::String(StringValue::from(Arc::<str>::from(text)));
        let mut rendered = Vec::new();
        let mut add = |key: &'static str, value| rendered.push(KeyValue::new(key, value));
        if let Some(session) = &self.session {
            add(keys::SESSION_ID, shared(session));
        }
        if let Some(user) = &self.user {
            add(keys::USER_ID, shared(user));
        }
        if !self.metadata.is_empty() {
            add(keys::METADATA, shared(&Json::Object(self.metadata.clone()).to_string()));
        }
        if !self.tags.is_empty() {
            let tags = self.tags.iter().map(|tag| StringValue::from(Arc::<str>::from(&**tag)));
            add(keys::TAGS, Value::Array(Array::String(tags.collect())));
        }
        rendered.extend(self.prompt_template.as_ref().map(Attributes::of).into_iter().flatten());
        rendered
    }
}

/// An explicit parent says where a span is placed. The scope that the call is made in still holds:
/// its suppression always, its attributes unless the parent's context has some.
pub(crate) fn carried_over(current: &Context, parent: &Context) -> Context {
    let context = match (current.get::<ContextAttributes>(), parent.get::<ContextAttributes>()) {
        (Some(attributes), None) => parent.with_value(attributes.clone()),
        _ => parent.clone(),
    };
    if current.is_telemetry_suppressed() { context.with_telemetry_suppressed() } else { context }
}
