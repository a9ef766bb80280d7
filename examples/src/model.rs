//! An OpenAI-compatible model: a real one if an API key is in the environment, else the stub.

use crate::stub;
use anyhow::Context;
use serde_json::{Value, json};
use std::env;
use trace_runtime::reqwest::SendTraced;

/// A client and the names of its models.
#[derive(Debug)]
pub struct Model {
    client: reqwest::Client,
    /// The base URL of the service.
    pub base: String,
    /// Its API key.
    pub key: String,
    /// The model for chats.
    pub chat_model: String,
    /// The provider, in OpenInference's spelling.
    pub provider: &'static str,
    /// The model for embeddings.
    pub embedding_model: String,
}

impl Model {
    /// Chooses the service by `OPENAI_API_KEY` (with `OPENAI_BASE_URL` and `OPENAI_MODEL` if set),
    /// else by `OPENROUTER_API_KEY`, else starts the stub on the loopback interface.
    ///
    /// # Errors
    ///
    /// Fails if the stub cannot listen.
    pub async fn from_environment() -> anyhow::Result<Self> {
        if let Ok(key) = env::var("OPENAI_API_KEY") {
            let base = env::var("OPENAI_BASE_URL");
            let base = base.unwrap_or_else(|_| "https://api.openai.com/v1".to_owned());
            return Ok(Model::new(base, key, "openai", ""));
        }
        if let Ok(key) = env::var("OPENROUTER_API_KEY") {
            let base = "https://openrouter.ai/api/v1".to_owned();
            return Ok(Model::new(base, key, "openrouter", "openai/"));
        }
        let base = stub::start().await?;
        println!("no OPENAI_API_KEY or OPENROUTER_API_KEY: talking to a stub model at {base}\n");
        Ok(Model::new(base, "none".to_owned(), "openai", ""))
    }

    /// Configures the client. OpenRouter expects the vendor as a prefix of model names, for example
    /// `openai/gpt-4o-mini`.
    fn new(base: String, key: String, provider: &'static str, prefix: &str) -> Self {
        // A second call returns an error, and the first provider remains.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let chosen = env::var("OPENAI_MODEL").ok();
        Model {
            client: reqwest::Client::new(),
            base,
            key,
            chat_model: chosen.unwrap_or_else(|| format!("{prefix}gpt-4o-mini")),
            provider,
            embedding_model: format!("{prefix}text-embedding-3-small"),
        }
    }

    /// Sends a request and returns the response. It has a span of its own with the messages, the model
    /// and the tokens; inside of an `#[llm]` function it fills in the span of the function.
    ///
    /// # Errors
    ///
    /// Returns the client's error.
    pub async fn send(&self, path: &str, request: &Value) -> anyhow::Result<Value> {
        let response = self.request(path, request).send_traced().await?.error_for_status()?;
        Ok(response.json().await?)
    }

    /// Sends chat messages, and returns the text of the answer. Traced as [`send`](Self::send).
    ///
    /// # Errors
    ///
    /// Returns the client's error, or an error if the answer has no text.
    pub async fn chat(&self, messages: &[Value]) -> anyhow::Result<String> {
        let request = json!({ "model": self.chat_model, "messages": messages });
        text(&self.send("chat/completions", &request).await?)
    }

    /// Sends one prompt and returns the text of the answer, without a span.
    ///
    /// # Errors
    ///
    /// Returns the client's error, or an error if the answer has no text.
    pub async fn complete(&self, system: &str, prompt: &str) -> anyhow::Result<String> {
        let messages = json!([
            { "role": "system", "content": system },
            { "role": "user", "content": prompt },
        ]);
        let request = json!({ "model": self.chat_model, "messages": messages });
        let response = self.request("chat/completions", &request).send().await?;
        text(&response.error_for_status()?.json().await?)
    }

    /// Asks for the embedding of a text, without a span.
    ///
    /// # Errors
    ///
    /// Returns the client's error, or an error if the answer has no embedding.
    pub async fn embed(&self, text: &str) -> anyhow::Result<Vec<f32>> {
        let request = json!({ "model": self.embedding_model, "input": text });
        let response = self.request("embeddings", &request).send().await?;
        let mut response: Value = response.error_for_status()?.json().await?;
        let embedding = response["data"][0]["embedding"].take();
        serde_json::from_value(embedding).context("the answer has no embedding")
    }

    fn request(&self, path: &str, request: &Value) -> reqwest::RequestBuilder {
        let url = format!("{}/{path}", self.base.trim_end_matches('/'));
        self.client.post(url).bearer_auth(&self.key).json(request)
    }
}

/// Returns the text of an answer.
fn text(response: &Value) -> anyhow::Result<String> {
    let text = response["choices"][0]["message"]["content"].as_str();
    text.map(str::to_owned).context("the answer has no text")
}
