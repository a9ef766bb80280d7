//! gRPC messages that are framed by us, so that trying again neither encodes nor compresses again.

use http_body_util::Full;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use prost::bytes::{Buf, BufMut, Bytes, BytesMut};
use std::task::{Context, Poll};
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Status, transport};
use ureq::http::{HeaderValue, Request};

/// A channel on which every request has the same body.
#[derive(Clone, Debug)]
pub(super) struct Framed {
    pub(super) channel: Channel,
    pub(super) message: Bytes,
    pub(super) is_gzip: bool,
}

impl Framed {
    /// The message behind its prefix: whether it is compressed, and its length.
    fn frame(&self) -> Bytes {
        let mut frame = BytesMut::with_capacity(self.message.len() + 5);
        frame.put_u8(u8::from(self.is_gzip));
        // A backend takes a few megabytes: what is longer is refused for its length, not here.
        frame.put_u32(u32::try_from(self.message.len()).unwrap_or(u32::MAX));
        frame.put_slice(&self.message);
        frame.freeze()
    }
}

impl GrpcService<Body> for Framed {
    type ResponseBody = Body;
    type Error = transport::Error;
    type Future = <Channel as GrpcService<Body>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        GrpcService::poll_ready(&mut self.channel, context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        *request.body_mut() = Body::new(Full::new(self.frame()));
        if self.is_gzip {
            request.headers_mut().insert("grpc-encoding", HeaderValue::from_static("gzip"));
        }
        GrpcService::call(&mut self.channel, request)
    }
}

/// Reads the answer; what is sent is not its business.
#[derive(Clone, Copy, Debug)]
pub(super) struct AnswerCodec;

impl Codec for AnswerCodec {
    type Encode = ();
    type Decode = ExportTraceServiceResponse;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        AnswerCodec
    }

    fn decoder(&mut self) -> Self {
        AnswerCodec
    }
}

impl Encoder for AnswerCodec {
    type Item = ();
    type Error = Status;

    fn encode(&mut self, (): (), _into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        Ok(())
    }
}

impl Decoder for AnswerCodec {
    type Item = ExportTraceServiceResponse;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Self::Item>, Status> {
        // A success is one whatever else it says, as over HTTP.
        let response = ExportTraceServiceResponse::decode(&mut *from).unwrap_or_default();
        from.advance(from.remaining());
        Ok(Some(response))
    }
}
