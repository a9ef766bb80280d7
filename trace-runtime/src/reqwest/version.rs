//! The versions of `reqwest`, joined by two small traits.
//!
//! The types of two versions have nothing in common for the compiler, although their methods are the
//! same. Everything else in this room is generic over these traits.

use super::observed::observed;
use super::send::{self, SendTraced, sealed};
use crate::http::Exchange;
use http::HeaderMap;

/// A request of a supported version of `reqwest`.
pub trait Outgoing {
    /// Returns the method.
    fn method(&self) -> &str;
    /// Returns the URL.
    fn url(&self) -> &str;
    /// Returns the body, unless there is none or it is a stream.
    fn bytes(&self) -> Option<&[u8]>;
    /// Replaces the body.
    fn set_bytes(&mut self, body: Vec<u8>);
    /// Returns the headers.
    fn headers_mut(&mut self) -> &mut HeaderMap;
}

/// A response of a supported version of `reqwest`.
pub trait Incoming: Sized {
    /// Returns the status code.
    fn status_code(&self) -> u16;
    /// Returns the headers.
    fn header_map(&self) -> &HeaderMap;
    /// Returns the same response, with a body that feeds the exchange.
    fn with_observed_body(self, exchange: Exchange) -> Self;
}

/// Implements the traits for one version.
macro_rules! version {
    ($reqwest:ident) => {
        const _: () = {
            use ::$reqwest::{Body, Error, Request, RequestBuilder, Response, ResponseBuilderExt};

            impl Outgoing for Request {
                fn method(&self) -> &str {
                    Request::method(self).as_str()
                }

                fn url(&self) -> &str {
                    Request::url(self).as_str()
                }

                fn bytes(&self) -> Option<&[u8]> {
                    self.body()?.as_bytes()
                }

                fn set_bytes(&mut self, body: Vec<u8>) {
                    *self.body_mut() = Some(body.into());
                }

                fn headers_mut(&mut self) -> &mut HeaderMap {
                    Request::headers_mut(self)
                }
            }

            impl Incoming for Response {
                fn status_code(&self) -> u16 {
                    self.status().as_u16()
                }

                fn header_map(&self) -> &HeaderMap {
                    self.headers()
                }

                fn with_observed_body(self, exchange: Exchange) -> Self {
                    let url = self.url().clone();
                    let (mut parts, body) = http::Response::from(self).into_parts();
                    // The conversion loses the URL unless it is among the extensions, under a type
                    // that only this builder can write.
                    if let Ok(marked) = http::Response::builder().url(url).body(()) {
                        parts.extensions.extend(marked.into_parts().0.extensions);
                    }
                    let body = Body::wrap(observed(body, exchange));
                    Response::from(http::Response::from_parts(parts, body))
                }
            }

            impl sealed::Sealed for RequestBuilder {}

            impl SendTraced for RequestBuilder {
                type Response = Response;
                type Error = Error;

                fn send_traced(self) -> impl Future<Output = Result<Response, Error>> + Send {
                    let parent = send::parent();
                    let (client, request) = self.build_split();
                    send::traced(request, parent, async move |request| {
                        client.execute(request).await
                    })
                }
            }
        };
    };
}

#[cfg(feature = "reqwest")]
version!(reqwest);
#[cfg(feature = "reqwest-0-12")]
version!(reqwest_0_12);
