//! Model calls with the crate [`async-openai`](https://docs.rs/async-openai) 0.43, traced where
//! the client is made.
//!
//! ```
//! use async_openai::Client;
//! use async_openai::config::OpenAIConfig;
//!
//! let service = trace_runtime::async_openai::service(reqwest::Client::new());
//! let client = Client::with_config(OpenAIConfig::default()).with_http_service(service);
//! # let _ = client;
//! ```
//!
//! Every call is a span with its messages, tools, model and tokens, or fills that of the `llm`
//! function around it. The retries of the client stay inside: they are events of the span.
//!
//! # Other versions
//!
//! This module requires the feature `async-openai`, and serves the version above. Every version whose
//! client has `with_http_service` is traced with the feature `reqwest` alone, by a function that
//! builds the request:
//!
//! ```
//! use async_openai::Client;
//! use async_openai::config::OpenAIConfig;
//! use async_openai::middleware::{HttpRequestFactory, ReqwestService, retry::OpenAIRetryLayer};
//! use tower_layer::Layer;
//!
//! let traced = trace_runtime::reqwest::layer()
//!     .looking_at(async |request: HttpRequestFactory| request.build().await.ok());
//! let retrying = OpenAIRetryLayer::default().layer(ReqwestService::new(reqwest::Client::new()));
//! let client = Client::with_config(OpenAIConfig::default())
//!     .with_http_service(traced.layer(retrying));
//! # let _ = client;
//! ```
//!
//! `with_http_service` replaces the retries of the client, hence the layer for them.

mod attempt;
mod service;

pub use service::{service, service_with};
