//! An OpenAI-compatible model: a real one if an API key is in the environment, else the stub.

use crate::stub;
use anyhow::Context;
use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{
    ChatCompletionRequestSystemMessage, ChatCompletionRequestUserMessage,
    ChatCompletionResponseStream, CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
    CreateChatCompletionResponse,
};
use async_openai::types::embeddings::CreateEmbeddingRequestArgs;
use std::env;

/// A client and the names of its models.
#[derive(Debug)]
pub struct Model {
    /// The HTTP client, which also holds the base URL and the API key.
    client: Client<OpenAIConfig>,
    /// The model for chats.
    pub chat_model: String,
    /// The provider, in OpenInference's spelling.
    pub provider: &'static str,
    /// The model for embeddings.
    embeddings: String,
}

impl Model {
    /// Chooses the service by `OPENAI_API_KEY` (with `OPENAI_BASE_URL` and `OPENAI_MODEL` if set),
    /// else by `OPENROUTER_API_KEY`, else starts the stub on the loopback interface.
    ///
    /// # Errors
    ///
    /// Fails if the stub cannot listen.
    pub async fn from_environment() -> anyhow::Result<Self> {
        let chosen = env::var("OPENAI_MODEL").ok();
        if let Ok(key) = env::var("OPENAI_API_KEY") {
            let base = env::var("OPENAI_BASE_URL");
            let base = base.unwrap_or_else(|_| "https://api.openai.com/v1".to_owned());
            return Ok(Model::new(&base, &key, "openai", "", chosen));
        }
        if let Ok(key) = env::var("OPENROUTER_API_KEY") {
            let base = "https://openrouter.ai/api/v1";
            return Ok(Model::new(base, &key, "openrouter", "openai/", chosen));
        }
        let base = stub::start().await?;
        println!("no OPENAI_API_KEY or OPENROUTER_API_KEY: talking to a stub model at {base}\n");
        Ok(Model::new(&base, "none", "openai", "", chosen))
    }

    /// Configures the client. OpenRouter expects the vendor as a prefix of model names, for example
    /// `openai/gpt-4o-mini`.
    fn new(
        base: &str,
        key: &str,
        provider: &'static str,
        prefix: &str,
        chosen: Option<String>,
    ) -> Self {
        let config = OpenAIConfig::new().with_api_base(base).with_api_key(key);
        Model {
            client: Client::with_config(config),
            chat_model: chosen.unwrap_or_else(|| format!("{prefix}gpt-4o-mini")),
            provider,
            embeddings: format!("{prefix}text-embedding-3-small"),
        }
    }

    /// Sends one prompt and returns the text of the answer.
    ///
    /// # Errors
    ///
    /// Returns the client's error, or an error if the answer has no text.
    pub async fn complete(&self, system: &str, prompt: &str) -> anyhow::Result<String> {
        let request = CreateChatCompletionRequestArgs::default()
            .model(&self.chat_model)
            .messages([
                ChatCompletionRequestSystemMessage::from(system).into(),
                ChatCompletionRequestUserMessage::from(prompt).into(),
            ])
            .build()?;
        let response = self.client.chat().create(request).await?;
        let choice = response.choices.into_iter().next().context("the answer has no choice")?;
        choice.message.content.context("the answer has no text")
    }

    /// Sends a request unchanged.
    ///
    /// # Errors
    ///
    /// Returns the client's error.
    pub async fn chat(
        &self,
        request: CreateChatCompletionRequest,
    ) -> anyhow::Result<CreateChatCompletionResponse> {
        Ok(self.client.chat().create(request).await?)
    }

    /// Sends a request and streams the answer.
    ///
    /// # Errors
    ///
    /// Returns the client's error.
    pub async fn stream(
        &self,
        request: CreateChatCompletionRequest,
    ) -> anyhow::Result<ChatCompletionResponseStream> {
        Ok(self.client.chat().create_stream(request).await?)
    }

    /// Asks for the embedding of a text.
    ///
    /// # Errors
    ///
    /// Returns the client's error, or an error if the answer has no embedding.
    pub async fn embed(&self, text: &str) -> anyhow::Result<Vec<f32>> {
        let request =
            CreateEmbeddingRequestArgs::default().model(&self.embeddings).input(text).build()?;
        let response = self.client.embeddings().create(request).await?;
        let first = response.data.into_iter().next().context("the answer has no embedding")?;
        Ok(first.embedding)
    }
}
