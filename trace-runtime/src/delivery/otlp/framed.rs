//! gRPC messages that this crate frames itself, so that a retry neither encodes nor compresses
//! again.
//!
//! `tonic` encodes a message for each call. Here the encoded batch is the body of the request:
//! [`FramedChannel`] replaces the body that [`ResponseCodec`] left empty.

use http_body_util::{BodyExt, Full};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use prost::bytes::{Buf, BufMut, Bytes, BytesMut};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Status, transport};
use ureq::http::{HeaderValue, Request, Response};

/// A channel that sends the same message with every request.
#[derive(Clone, Debug)]
pub(super) struct FramedChannel {
    pub(super) channel: Channel,
    /// The encoded batch, compressed if `is_gzip`.
    pub(super) message: Bytes,
    pub(super) is_gzip: bool,
    /// True once a part of an answer's message has arrived.
    pub(super) is_answered: Arc<AtomicBool>,
}

impl FramedChannel {
    /// Returns the message with its prefix: a byte that is 1 if it is compressed, and its length
    /// as four bytes (the `Length-Prefixed-Message` of the gRPC protocol).
    fn frame(&self) -> Bytes {
        let mut frame = BytesMut::with_capacity(self.message.len() + 5);
        frame.put_u8(u8::from(self.is_gzip));
        // Batches are split at a few megabytes, so the length always fits.
        frame.put_u32(u32::try_from(self.message.len()).unwrap_or(u32::MAX));
        frame.put_slice(&self.message);
        frame.freeze()
    }
}

impl GrpcService<Body> for FramedChannel {
    type ResponseBody = Body;
    type Error = transport::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, transport::Error>> + Send>>;

    /// Becomes ready when the connection is established, and fails if it cannot be.
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        GrpcService::poll_ready(&mut self.channel, context)
    }

    /// Replaces the empty body of the request. `tonic` has set all headers except the encoding,
    /// because it does not know that the message is compressed.
    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        *request.body_mut() = Body::new(Full::new(self.frame()));
        if self.is_gzip {
            request.headers_mut().insert("grpc-encoding", HeaderValue::from_static("gzip"));
        }
        let is_answered = Arc::clone(&self.is_answered);
        let response = GrpcService::call(&mut self.channel, request);
        Box::pin(async move { Ok(response.await?.map(|body| observed(body, is_answered))) })
    }
}

/// Sets `is_answered` when a message begins to arrive. A server that refuses a request sends none.
fn observed(body: Body, is_answered: Arc<AtomicBool>) -> Body {
    Body::new(body.map_frame(move |frame| {
        if frame.data_ref().is_some_and(|data| !data.is_empty()) {
            is_answered.store(true, Ordering::Relaxed);
        }
        frame
    }))
}

/// Decodes the response. Its encoder writes nothing, because the channel adds the body.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResponseCodec;

impl Codec for ResponseCodec {
    type Encode = ();
    type Decode = ExportTraceServiceResponse;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        ResponseCodec
    }

    fn decoder(&mut self) -> Self {
        ResponseCodec
    }
}

impl Encoder for ResponseCodec {
    type Item = ();
    type Error = Status;

    fn encode(&mut self, (): (), _into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        Ok(())
    }
}

impl Decoder for ResponseCodec {
    type Item = ExportTraceServiceResponse;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Self::Item>, Status> {
        // As over HTTP, an unreadable body of a successful response counts as no partial success.
        let response = ExportTraceServiceResponse::decode(&mut *from).unwrap_or_default();
        from.advance(from.remaining());
        Ok(Some(response))
    }
}
