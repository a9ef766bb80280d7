//! Model calls with the crate [`reqwest`](https://docs.rs/reqwest) 0.13 or 0.12.
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
//! A client library that sends the requests itself is traced where it is made, if it accepts one of
//! these:
//!
//! - [`layer`], a `tower::Layer` around any service from a request to a `reqwest::Response`;
#![cfg_attr(
    feature = "reqwest-middleware",
    doc = "- [`Middleware`], for the crate `reqwest-middleware`."
)]
#![cfg_attr(
    not(feature = "reqwest-middleware"),
    doc = "- `Middleware`, for the crate `reqwest-middleware`, with the feature of that name."
)]
//!
//! This module requires the feature `reqwest`, `reqwest-0-12` or both, for the versions of the crate.
//! It makes an [`Exchange`](crate::http::Exchange) of each request that is a model call; all
//! others pass untouched. While nothing is registered, everything does.

mod failure;
mod layer;
mod looking;
#[cfg(feature = "reqwest-middleware")]
mod middleware;
mod observed;
mod prepare;
mod send;
mod trace_future;
mod version;

pub use layer::{TraceLayer, TraceService, layer};
pub use looking::{LookingFuture, LookingLayer, LookingService};
#[cfg(feature = "reqwest-middleware")]
pub use middleware::Middleware;
pub use send::SendTraced;
pub use trace_future::TraceFuture;
