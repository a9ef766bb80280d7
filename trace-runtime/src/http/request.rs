//! Recognizes the request of a model call.

use super::endpoint::{Endpoint, model_in};
use super::provider::provider_of;
use super::top_level::{TopLevel, is_cut};
use http::Uri;

/// A request that is a model call.
#[derive(Debug)]
pub(super) struct ModelRequest {
    pub(super) endpoint: &'static Endpoint,
    /// The model that the path names. The response may state a more precise one.
    pub(super) model_in_path: Option<String>,
    model_in_body: Option<String>,
    pub(super) provider: Option<&'static str>,
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
}

impl ModelRequest {
    /// Returns `None` if the request is something else, such as a list of models or an upload of a
    /// file. The path is the first, fast look; the keys of the body decide.
    pub(super) fn recognize(method: &str, url: &str, body: &[u8]) -> Option<Self> {
        if !method.eq_ignore_ascii_case("POST") || body.is_empty() {
            return None;
        }
        let path = path_of(url);
        let endpoint = Endpoint::candidates(path).find(|endpoint| fits(endpoint, body))?;
        let uri: Option<Uri> = url.parse().ok();
        let host = uri.as_ref().and_then(Uri::host).map(str::to_owned);
        let port = uri.as_ref().and_then(|uri| uri.port_u16().or(default_port(uri)));
        let provider = host.as_deref().and_then(|host| provider_of(host, port));
        let model_in_path = model_in(path);
        Some(ModelRequest {
            endpoint,
            model_in_path,
            model_in_body: model_in_body(body),
            provider,
            host,
            port,
        })
    }

    /// Returns the name of the span, as OpenTelemetry's conventions form it: `chat gpt-4o`.
    pub(super) fn span_name(&self) -> String {
        let operation = self.endpoint.site.name;
        match self.model_in_body.as_deref().or(self.model_in_path.as_deref()) {
            Some(model) => [operation, model].join(" "),
            None => operation.to_owned(),
        }
    }
}

/// Returns the path of a URL, without its query.
fn path_of(url: &str) -> &str {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_scheme.find('/').and_then(|at| after_scheme.get(at..)).unwrap_or_default()
}

pub(super) fn default_port(uri: &Uri) -> Option<u16> {
    match uri.scheme_str()? {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

/// The length of a model's name, in bytes. A longer one is not a name.
const MAX_MODEL: usize = 256;

/// Returns true if the body has a key of the endpoint. A body that is too long to look through gets
/// the benefit of the doubt.
fn fits(endpoint: &Endpoint, body: &[u8]) -> bool {
    let Some(mut entries) = TopLevel::of(body) else { return false };
    let is_known = |key| endpoint.keys.iter().any(|known| known.as_bytes() == key);
    entries.any(|(key, _)| is_known(key)) || is_cut(body)
}

/// Returns the model that the body names.
fn model_in_body(body: &[u8]) -> Option<String> {
    let (_, value) = TopLevel::of(body)?.find(|(key, _)| *key == b"model")?;
    let model = (value.len() < MAX_MODEL).then(|| serde_json::from_slice::<String>(value).ok());
    model.flatten().filter(|model| !model.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(url: &str, body: &str) -> Option<String> {
        Some(ModelRequest::recognize("POST", url, body.as_bytes())?.span_name())
    }

    #[test]
    fn recognize_of_model_calls_names_the_operation_and_the_model() {
        for (url, body, expected) in [
            (
                "https://api.openai.com/v1/chat/completions",
                r#"{"messages":[{"content":"model"}],"model":"gpt-4o"}"#,
                "chat gpt-4o",
            ),
            ("http://localhost:8000/v1/responses", r#"{"model":"m","input":"hi"}"#, "chat m"),
            (
                "https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=1",
                r#"{"messages":[]}"#,
                "chat d",
            ),
            (
                "https://h/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse&key=k",
                r#"{"contents":[]}"#,
                "generate_content gemini-2.5-pro",
            ),
            (
                "https://h/model/amazon.titan-embed/invoke",
                r#"{"inputText":""}"#,
                "embeddings amazon.titan-embed",
            ),
            (
                "https://h/model/amazon.titan-text-express-v1/invoke",
                r#"{"inputText":""}"#,
                "chat amazon.titan-text-express-v1",
            ),
            (
                "https://h/model/cohere.command-r-v1%3A0/invoke",
                r#"{"message":"hi"}"#,
                "chat cohere.command-r-v1:0",
            ),
            ("https://h/v2/rerank", r#"{"query":"q","documents":[]}"#, "rerank"),
            ("http://localhost:11434/api/embed", r#"{"model":"e","input":[]}"#, "embeddings e"),
        ] {
            assert_eq!(name(url, body).as_deref(), Some(expected), "{url}");
        }
    }

    #[test]
    fn recognize_of_other_requests_returns_none() {
        for (url, body) in [
            ("https://api.openai.com/v1/files", r#"{"messages":[]}"#),
            ("https://api.openai.com/v1/chat/completions", r#"{"note":"x"}"#),
            ("https://api.openai.com/v1/chat/completions", "--boundary"),
            ("https://api.openai.com/v1/chat/completions", ""),
            ("https://api.openai.com/v1/threads/t/messages", r#"{"role":"user","content":"x"}"#),
            ("https://api.openai.com/search?q=/chat/completions", r#"{"messages":[]}"#),
            ("chat/completions", r#"{"messages":[]}"#),
        ] {
            assert_eq!(name(url, body), None, "{url} {body}");
        }
        let url = "https://h/v1/chat/completions";
        assert!(ModelRequest::recognize("GET", url, br#"{"messages":[]}"#).is_none());
    }

    #[test]
    fn recognize_never_keeps_credentials_of_the_url() {
        let url = "https://user:secret@api.openai.com:8443/v1/responses?key=secret";
        let request = ModelRequest::recognize("POST", url, br#"{"input":"hi"}"#).expect("a call");
        assert_eq!((request.host.as_deref(), request.port), (Some("api.openai.com"), Some(8443)));
        assert!(!format!("{request:?}").contains("secret"));
    }
}
