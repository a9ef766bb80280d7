//! The attributes that a scope stores in the OpenTelemetry context ("context attributes" in
//! OpenInference).

use crate::capture::bound_attributes;
use crate::openinference::keys;
use crate::record::{Attributes, PromptTemplate};
use opentelemetry::{Array, Context, KeyValue, StringValue, Value};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// The attributes of a scope. A context holds at most one value of this type, in which the scopes
/// around it are already merged, so that starting a span needs a single lookup.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ContextAttributes {
    pub(super) session: Option<String>,
    pub(super) user: Option<String>,
    pub(super) metadata: Map<String, Json>,
    pub(super) tags: Vec<String>,
    pub(super) prompt_template: Option<PromptTemplate>,
    /// The fields above as span attributes. They are rendered once for the scope; its spans share
    /// them, including the text of the values.
    pub(super) rendered: Arc<[KeyValue]>,
}

impl ContextAttributes {
    /// Returns the attributes for a span that starts in `context`.
    pub(crate) fn from_context(context: &Context) -> Option<Arc<[KeyValue]>> {
        context.get::<Self>().map(|attributes| Arc::clone(&attributes.rendered))
    }

    /// Returns `context` with these attributes merged into those that it already has. The module
    /// documentation has the rules.
    pub(super) fn apply_to(&self, context: &Context) -> Context {
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
        // `Arc<str>`: a clone of the attribute for each span copies a pointer, not the text.
        let shared = |text: &str| Value::String(StringValue::from(Arc::<str>::from(text)));
        let mut rendered = Vec::new();
        let mut add = |key: &'static str, value| rendered.push(KeyValue::new(key, value));
        if let Some(session) = &self.session {
            add(keys::SESSION_ID, shared(session));
        }
        if let Some(user) = &self.user {
            add(keys::USER_ID, shared(user));
        }
        // OpenInference defines `metadata` as the text of a JSON object.
        if !self.metadata.is_empty() {
            add(keys::METADATA, shared(&Json::Object(self.metadata.clone()).to_string()));
        }
        if !self.tags.is_empty() {
            let tags = self.tags.iter().map(|tag| StringValue::from(Arc::<str>::from(&**tag)));
            add(keys::TAGS, Value::Array(Array::String(tags.collect())));
        }
        rendered.extend(self.prompt_template.as_ref().map(Attributes::of).into_iter().flatten());
        bound_attributes(&mut rendered);
        rendered
    }
}

/// Returns the context for a span with an explicit parent.
///
/// The parent decides where the span is placed in its trace. The scope around the call still
/// applies: its suppression always, and its attributes if the context of the parent has none. A
/// remote parent, extracted from the headers of a request, usually has none.
pub(crate) fn inherit_scope(current: &Context, parent: &Context) -> Context {
    let context = match (current.get::<ContextAttributes>(), parent.get::<ContextAttributes>()) {
        (Some(attributes), None) => parent.with_value(attributes.clone()),
        _ => parent.clone(),
    };
    if current.is_telemetry_suppressed() { context.with_telemetry_suppressed() } else { context }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_template_replaces_the_outer_one() {
        let scope = |text: &str| ContextAttributes {
            prompt_template: Some(PromptTemplate::new(text)),
            ..ContextAttributes::default()
        };
        let context = scope("inner").apply_to(&scope("outer").apply_to(&Context::new()));
        let rendered = ContextAttributes::from_context(&context).unwrap();
        let values: Vec<_> = rendered.iter().map(|kv| kv.value.to_string()).collect();
        assert!(values.contains(&"inner".to_owned()), "{values:?}");
        assert!(!values.contains(&"outer".to_owned()), "{values:?}");
    }
}
