//! An annotation as it waits in memory and on disk: JSON.

use super::annotation::Content;
use super::target::Aim;
use crate::delivery::{Kind, Lost};
use crate::mask::scrub_text;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An annotation and its target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    #[serde(rename = "target")]
    pub(super) aim: Aim,
    pub(super) content: Content,
}

/// The identity of an annotation: a hash of its name, target and identifier.
pub(super) type Key = u128;

/// Records in the spool.
pub(super) const ANNOTATIONS: Kind = Kind {
    prefix: "feedback-",
    extension: "feedback",
    things: "annotations",
    count: |bytes| Record::decode(bytes).map(|_| 1),
    number: Lost::Annotations,
    advice: |folder| {
        format!(
            "configure the backend again, move the content of {folder} to the folder of another \
             backend, or delete the folder"
        )
    },
};

impl Record {
    pub(super) fn encode(&self) -> Vec<u8> {
        // It fails for no value of these types.
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Returns the identity. It is the same in every process, so that a backend to which it is sent
    /// replaces an annotation that it has.
    pub(super) fn key(&self) -> Key {
        let (kind, target) = match &self.aim {
            Aim::Span(span) => ("span", format!("{}{}", span.trace_id(), span.span_id())),
            Aim::Trace(span) => ("trace", span.trace_id().to_string()),
            Aim::Session(id) => ("session", id.clone()),
        };
        let Content { name, identifier, .. } = &self.content;
        let parts = [name.as_str(), kind, &target, identifier];
        // A byte that text does not contain separates the parts.
        parts.iter().fold(OFFSET, |hash, part| fnv(fnv(hash, part.as_bytes()), &[0xff]))
    }

    /// Redacts secrets in every text that the program has given.
    pub(super) fn scrub(&mut self) {
        let Content { name, label, explanation, metadata, identifier, .. } = &mut self.content;
        for text in [Some(name), label.as_mut(), explanation.as_mut(), Some(identifier)] {
            if let Some(text) = text
                && let Some(redacted) = scrub_text(text)
            {
                *text = redacted;
            }
        }
        scrub_metadata(metadata);
    }
}

/// Redacts secrets in metadata. A field with the name of a secret is one whatever its value is, so
/// the whole is searched as JSON.
fn scrub_metadata(metadata: &mut Map<String, Value>) {
    let json = serde_json::to_string(metadata).unwrap_or_default();
    if let Some(redacted) = scrub_text(&json) {
        *metadata = serde_json::from_str(&redacted).unwrap_or_else(|_| {
            let hidden = Value::from("the metadata contained a secret");
            Map::from_iter([("redacted".to_owned(), hidden)])
        });
    }
}

const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// Continues a hash of the algorithm FNV-1a with 128 bits.
fn fnv(hash: u128, bytes: &[u8]) -> u128 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feedback::{Annotation, SpanRef, Target};

    const SPAN: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn record(target: Target, annotation: Annotation) -> Record {
        Record { aim: target.0, content: annotation.content }
    }

    #[test]
    fn key_is_decided_by_name_target_and_identifier() {
        let span: SpanRef = SPAN.parse().unwrap();
        let first = Annotation::new("a").score(1).identifier("u");
        let key = |target: &Target, annotation: &Annotation| {
            record(target.clone(), annotation.clone()).key()
        };
        let (on_span, on_trace) = (Target::from(&span), Target::trace(&span));
        let changed = first.clone().score(0).label("bad").explanation("no").llm();
        assert_eq!(key(&on_span, &first), key(&on_span, &changed));
        // Another run computes the same.
        assert_eq!(key(&Target::session("s"), &first), 0x5254_af6b_166c_47d4_2645_c2be_5a28_dad2);
        let others = [
            key(&on_trace, &first),
            key(&Target::session("s"), &first),
            key(&on_span, &Annotation::new("b").score(1).identifier("u")),
            key(&on_span, &first.clone().identifier("v")),
        ];
        assert!(!others.contains(&key(&on_span, &first)));
    }

    #[test]
    fn secrets_are_redacted_in_every_text() {
        let token = "ghp_0123456789abcdefABCDEF0123456789abcd";
        let annotation = Annotation::new(format!("a {token}"))
            .label(format!("l {token}"))
            .explanation(format!("it showed password=hunter2!x and {token}"))
            .metadata("password", "hunter2!x")
            .metadata("nested", serde_json::json!({"list": [token, 1]}))
            .metadata("plan", "free")
            .identifier(token);
        let mut record = record(Target::session("s"), annotation);
        record.scrub();
        let json = String::from_utf8(record.encode()).unwrap();
        assert!(!json.contains("ghp_") && !json.contains("hunter2"), "{json}");
        assert_eq!(record.content.metadata["plan"], "free");
        assert_eq!(record.content.metadata["nested"]["list"][1], 1);
        assert_eq!(Record::decode(&record.encode()), Some(record));
    }
}
