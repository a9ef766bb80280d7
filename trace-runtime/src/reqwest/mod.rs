//! Calls of models with the crate [`reqwest`](https://docs.rs/reqwest) 0.13.
//!
//! [`SendTraced::send_traced`] in place of `send` is all it takes:
//!
//! ```no_run
//! use trace_runtime::reqwest::SendTraced;
//!
//! # async fn ask(client: reqwest::Client, body: String) -> reqwest::Result<String> {
//! let url = "https://api.openai.com/v1/chat/completions";
//! let response = client.post(url).body(body).send_traced().await?;
//! response.text().await
//! # }
//! ```
//!
//! This module requires the feature `reqwest`. It makes an [`Exchange`](crate::http::Exchange) of
//! each request that is a call of a model; all others pass untouched.

mod failure;
mod observed;
mod send;

pub use send::SendTraced;
