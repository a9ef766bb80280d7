//! Decodes `google.rpc.RetryInfo`, the gRPC counterpart of the header `retry-after`.
//!
//! The OTLP specification lets a backend attach it to a retryable status. The four messages are
//! declared here with the fields that are needed: `tonic-types` would add two crates to read one
//! duration.

use prost::Message;
use std::time::Duration;

/// Returns the delay that the details of a status request. `None` if there is no `RetryInfo`, or
/// its delay is zero or negative: then the client's own backoff applies.
pub(super) fn retry_delay(details: &[u8]) -> Option<Duration> {
    let status = Status::decode(details).ok()?;
    let info = status.details.iter().find(|any| any.type_url.ends_with("/google.rpc.RetryInfo"))?;
    let delay = RetryInfo::decode(&*info.value).ok()?.retry_delay?;
    let seconds = Duration::from_secs(u64::try_from(delay.seconds).ok()?);
    let delay = seconds + Duration::from_nanos(u64::try_from(delay.nanos).ok()?);
    (!delay.is_zero()).then_some(delay)
}

/// `google.rpc.Status`, of `google/rpc/status.proto`.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    /// The name of the message in `value`, for example `type.googleapis.com/google.rpc.RetryInfo`.
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo`, of `google/rpc/error_details.proto`.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Delay>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(type_url: &str, seconds: i64, nanos: i32) -> Vec<u8> {
        let info = RetryInfo { retry_delay: Some(Delay { seconds, nanos }) };
        let any = Any { type_url: type_url.to_owned(), value: info.encode_to_vec() };
        Status { details: vec![Any::default(), any] }.encode_to_vec()
    }

    #[test]
    fn status_details_with_retry_info_yield_its_positive_delay() {
        let url = "type.googleapis.com/google.rpc.RetryInfo";
        let delay = |seconds, nanos| retry_delay(&details(url, seconds, nanos));
        assert_eq!(delay(2, 5), Some(Duration::new(2, 5)));
        assert_eq!((delay(0, 0), delay(-1, 0), delay(i64::MAX, -1)), (None, None, None));
        assert!(delay(i64::MAX, i32::MAX).is_some());
        assert_eq!(retry_delay(&details("type.googleapis.com/google.rpc.Help", 2, 0)), None);
        assert_eq!((retry_delay(b""), retry_delay(b"\xff")), (None, None));
    }
}
