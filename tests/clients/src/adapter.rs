//! The adapters that send requests of `reqwest`, for tests that run with each of them.

use anyhow::Result;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use std::time::Duration;
use tower_layer::Layer;
use tower_service::Service;
use trace_runtime::reqwest::SendTraced;

/// A request.
pub struct Call {
    /// The URL.
    pub url: String,
    /// The body.
    pub body: String,
    /// The time after which the client gives up.
    pub timeout: Option<Duration>,
}

/// A response.
pub struct Received {
    /// The status code.
    pub status: u16,
    /// The body, piece by piece.
    pub body: BoxStream<'static, Result<Bytes>>,
}

impl Received {
    /// Reads the whole body.
    ///
    /// # Errors
    ///
    /// Fails if the connection does.
    pub async fn text(self) -> Result<String> {
        let pieces: Vec<Bytes> = self.body.try_collect().await?;
        Ok(String::from_utf8(pieces.concat())?)
    }
}

/// An adapter, by its name.
#[derive(Clone, Copy)]
pub struct Raw {
    /// The name for messages of failed tests.
    pub name: &'static str,
    /// Sends a request.
    pub send: fn(Call) -> BoxFuture<'static, Result<Received>>,
}

/// All of them.
pub const RAW: [Raw; 5] = [
    Raw { name: "send_traced", send: |call| v13::send_traced(call).boxed() },
    Raw { name: "layer", send: |call| v13::layer(call).boxed() },
    Raw { name: "send_traced, 0.12", send: |call| v12::send_traced(call).boxed() },
    Raw { name: "layer, 0.12", send: |call| v12::layer(call).boxed() },
    Raw { name: "middleware", send: |call| middleware(call).boxed() },
];

/// The functions for one version.
macro_rules! version {
    ($module:ident, $reqwest:ident) => {
        mod $module {
            use super::*;
            use ::$reqwest::{Client, RequestBuilder, Response};

            fn request(client: &Client, call: Call) -> RequestBuilder {
                let request = client.post(call.url).header("authorization", "Bearer secret-token");
                let request = request.header("content-type", "application/json").body(call.body);
                match call.timeout {
                    Some(timeout) => request.timeout(timeout),
                    None => request,
                }
            }

            fn received(response: Response) -> Received {
                let status = response.status().as_u16();
                Received { status, body: response.bytes_stream().map_err(Into::into).boxed() }
            }

            pub(super) async fn send_traced(call: Call) -> Result<Received> {
                Ok(received(request(&Client::new(), call).send_traced().await?))
            }

            pub(super) async fn layer(call: Call) -> Result<Received> {
                let mut service = trace_runtime::reqwest::layer().layer(Client::new());
                let request = request(&Client::new(), call).build()?;
                Ok(received(service.call(request).await?))
            }
        }
    };
}

version!(v13, reqwest);
version!(v12, reqwest_0_12);

async fn middleware(call: Call) -> Result<Received> {
    let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
        .with(trace_runtime::reqwest::Middleware::new())
        .build();
    let request = client.post(call.url).header("content-type", "application/json").body(call.body);
    let request = match call.timeout {
        Some(timeout) => request.timeout(timeout),
        None => request,
    };
    let response = request.send().await?;
    let status = response.status().as_u16();
    Ok(Received { status, body: response.bytes_stream().map_err(Into::into).boxed() })
}
