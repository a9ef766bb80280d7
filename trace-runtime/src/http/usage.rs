//! Asks a stream of OpenAI's chats for its token counts.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

/// The fields of a request that decide whether its stream ends with token counts.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    stream: bool,
    #[serde(default)]
    stream_options: Present,
}

/// True if a field is there, also with the value null.
#[derive(Default)]
struct Present(bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Present(true))
    }
}

const OPTION: &[u8] = br#""stream_options":{"include_usage":true},"#;

/// Returns the body of a streaming request to OpenAI's chats or completions with the option
/// `include_usage`. Returns `None` if it is another request, or decides that itself.
///
/// Only these two APIs have the option. All others report the tokens of streams without it.
pub(crate) fn with_usage(url: &str, body: &[u8]) -> Option<Vec<u8>> {
    let path = url.split(['?', '#']).next()?.trim_end_matches('/');
    if !path.ends_with("/chat/completions") && !path.ends_with("/completions") {
        return None;
    }
    let asked: Asked = serde_json::from_slice(body).ok()?;
    if !asked.stream || asked.stream_options.0 {
        return None;
    }
    // The object is valid and has the field `stream`, so another field follows the brace.
    let brace = body.iter().position(|byte| *byte == b'{')? + 1;
    let (begin, rest) = body.split_at_checked(brace)?;
    Some([begin, OPTION, rest].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const URL: &str = "https://h/v1/chat/completions?api-version=1";

    #[test]
    fn with_usage_of_a_stream_adds_the_option_and_nothing_else() {
        let body = br#" { "stream" : true, "messages": [{"content": "{"}] }"#;
        let asked = with_usage(URL, body).expect("a stream");
        let mut asked: Value = serde_json::from_slice(&asked).expect("JSON");
        let option = asked.as_object_mut().and_then(|object| object.remove("stream_options"));
        assert_eq!(option, Some(json!({ "include_usage": true })));
        assert_eq!(asked, serde_json::from_slice::<Value>(body).expect("JSON"));
    }

    #[test]
    fn with_usage_of_other_requests_returns_none() {
        for body in [
            r#"{"messages":[]}"#,
            r#"{"stream":false}"#,
            r#"{"stream":null}"#,
            r#"{"stream":true,"stream_options":null}"#,
            r#"{"stream":true,"stream_options":{"include_usage":false}}"#,
            r#"{"stream":true"#,
            "[]",
            "",
        ] {
            assert_eq!(with_usage(URL, body.as_bytes()), None, "{body}");
        }
        assert_eq!(with_usage("https://h/v1/responses", br#"{"stream":true}"#), None);
        assert_eq!(with_usage("https://h/?q=/completions", br#"{"stream":true}"#), None);
    }
}
