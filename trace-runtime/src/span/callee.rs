//! The function that was called, as its span says.

use super::call_site::CallSite;
use crate::capture::without_paths;
use crate::openinference::{OpenInferenceSpanKind, keys};
use opentelemetry::KeyValue;
use std::borrow::Cow;

/// What is known of a function before it runs.
#[derive(Clone, Debug)]
pub(crate) struct Callee {
    pub(crate) site: &'static CallSite,
    /// The option `name`, where it is more than a literal.
    pub(crate) name: Option<Cow<'static, str>>,
    /// The type that the function is a method of.
    pub(crate) self_type: Option<&'static str>,
}

impl Callee {
    pub(crate) fn kind(&self) -> OpenInferenceSpanKind {
        self.site.kind
    }

    /// As given, else `Type::method`, else the function's name.
    pub(crate) fn span_name(&self) -> Cow<'static, str> {
        match (&self.name, self.self_type) {
            (Some(name), _) => name.clone(),
            (None, Some(self_type)) if !self.site.is_named => {
                format!("{}::{}", without_paths(self_type), self.site.function).into()
            }
            _ => self.site.name.into(),
        }
    }

    /// As given, else the function's name, which is how a tool or an agent is known to others.
    fn own_name(&self) -> Cow<'static, str> {
        self.name.clone().unwrap_or(self.site.name.into())
    }

    /// What the attributes that describe it hold.
    #[inline]
    pub(crate) fn bytes(&self) -> usize {
        let CallSite { name, path, file, documentation, .. } = self.site;
        let given = self.name.as_deref().map_or(0, str::len);
        let names = 2 * (name.len() + given) + self.self_type.map_or(0, str::len);
        names + path.len() + file.len() + documentation.len()
    }

    /// Where the function is, and the names that some kinds have besides the span's.
    pub(crate) fn describe(&self, attributes: &mut Vec<KeyValue>) {
        let CallSite { path, function, file, line, documentation, .. } = self.site;
        let function = match self.self_type {
            Some(self_type) => Cow::Owned([self_type, "::", function].concat()),
            None => Cow::Borrowed(*path),
        };
        attributes.push(KeyValue::new(keys::CODE_FUNCTION_NAME, function));
        attributes.push(KeyValue::new(keys::CODE_FILE_PATH, *file));
        attributes.push(KeyValue::new(keys::CODE_LINE_NUMBER, i64::from(*line)));
        match self.kind() {
            OpenInferenceSpanKind::Agent => {
                attributes.push(KeyValue::new(keys::AGENT_NAME, self.own_name()));
            }
            OpenInferenceSpanKind::Tool => {
                attributes.push(KeyValue::new(keys::TOOL_NAME, self.own_name()));
                if !documentation.is_empty() {
                    attributes.push(KeyValue::new(keys::TOOL_DESCRIPTION, *documentation));
                }
            }
            _ => {}
        }
    }
}
