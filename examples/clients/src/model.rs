//! A model that is called through `async-openai`.

use anyhow::Context;
use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{
    ChatCompletionRequestSystemMessage, ChatCompletionRequestUserMessage,
    ChatCompletionResponseStream, CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
    CreateChatCompletionResponse,
};

/// A client and the name of its model.
#[derive(Debug)]
pub struct Model {
    /// The client, which also holds the base URL and the API key.
    client: Client<OpenAIConfig>,
    /// The model for chats.
    pub chat_model: String,
    /// The provider, in OpenInference's spelling.
    pub provider: &'static str,
}

impl Model {
    /// Chooses the service as [`examples::Model::from_environment`] does: one whose key is in the
    /// environment, else a stub.
    ///
    /// # Errors
    ///
    /// Fails if the stub cannot listen.
    pub async fn from_environment() -> anyhow::Result<Self> {
        let chosen = examples::Model::from_environment().await?;
        let config = OpenAIConfig::new().with_api_base(chosen.base).with_api_key(chosen.key);
        Ok(Model {
            client: Client::with_config(config),
            chat_model: chosen.chat_model,
            provider: chosen.provider,
        })
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
}
