//! The APIs of OpenAI: chat completions, responses, legacy completions,
//! embeddings and images.
//!
//! Chat completions are the most widely copied format. OpenRouter, Groq, vLLM, `DeepSeek`, Mistral
//! and others accept the same requests with additions, and Ollama and Cohere use the same messages
//! in formats that are otherwise different. The additions are read here, so `Origin` stays empty:
//! the format does not prove which of them was called.

mod built_in;
pub(super) mod chat;
pub(super) mod completions;
pub(super) mod embeddings;
pub(super) mod images;
mod items;
pub(super) mod messages;
pub(super) mod parts;
pub(super) mod responses;
pub(super) mod responses_stream;
