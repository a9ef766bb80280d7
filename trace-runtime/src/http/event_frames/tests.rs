//! Frames in any pieces, and streams that are none.

use super::*;

/// Returns a frame with text headers. The checksums are not read.
fn frame(headers: &[(&str, &str)], payload: &str) -> Vec<u8> {
    // A header of each type that is no text: its length is fixed, or precedes the value.
    let mut encoded = [
        b"\x02ok\x00".as_slice(),
        b"\x04byte\x02\0",
        b"\x05short\x03\0\0",
        b"\x03int\x04\0\0\0\0",
        b"\x05bytes\x06\0\x02\0\0",
        b"\x04date\x08\0\0\0\0\0\0\0\0",
        b"\x02id\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    ]
    .concat();
    for (name, value) in headers {
        let length = u16::try_from(value.len()).unwrap().to_be_bytes();
        encoded.push(u8::try_from(name.len()).unwrap());
        encoded.extend([name.as_bytes(), &[7], &length, value.as_bytes()].concat());
    }
    let total = OVERHEAD + encoded.len() + payload.len();
    let lengths = [total, encoded.len()].map(|length| u32::try_from(length).unwrap().to_be_bytes());
    [&lengths.concat(), "crc!".as_bytes(), &encoded, payload.as_bytes(), b"crc!"].concat()
}

fn event(name: &str, payload: &str) -> Vec<u8> {
    frame(&[(":message-type", "event"), (":event-type", name)], payload)
}

fn lines(body: &[u8], size: usize) -> String {
    let (mut frames, mut lines) = (EventFrames::default(), Vec::new());
    for chunk in body.chunks(size) {
        frames.push(chunk, |line| lines.extend_from_slice(line));
    }
    assert!(frames.frame.len() < MAX_FRAME);
    String::from_utf8(lines).unwrap()
}

#[test]
fn push_of_frames_in_any_pieces_gives_their_events() {
    let exception = [(":message-type", "exception"), (":exception-type", "throttlingException")];
    let error = [(":message-type", "error"), (":error-code", "Lost"), (":error-message", "gone")];
    let body = [
        event("messageStart", r#"{"role":"assistant","p":"ab"}"#),
        event("chunk", r#"{"bytes":"eyJ0eXBlIjoicGluZyJ9","p":"abc"}"#),
        event("metadata", "{}"),
        frame(&exception, r#"{"message":"slow down"}"#),
        frame(&error, ""),
    ];
    let expected = concat!(
        "{\"messageStart\":{\"role\":\"assistant\",\"p\":\"ab\"}}\n",
        "{\"type\":\"ping\"}\n",
        "{\"metadata\":{}}\n",
        "{\"throttlingException\":{\"message\":\"slow down\"},\"error\":{\"message\":\"slow down\"}}\n",
        "{\"error\":{\"message\":\"gone\",\"type\":\"Lost\"}}\n",
    );
    for size in [1, 2, 7, 16, 100, 10_000] {
        assert_eq!(lines(&body.concat(), size), expected, "pieces of {size} bytes");
    }
}

#[test]
fn push_of_events_that_are_no_json_passes_over_them() {
    let body = [
        event("messageStart", "{"),
        event("a\":1,\"b", "{}"),
        event("chunk", "{\"bytes\":\"?\"}"),
        frame(&[(":event-type", "metadata")], "{}"),
        frame(&[], ""),
        event("messageStop", "{}"),
    ];
    assert_eq!(lines(&body.concat(), 64), "{\"messageStop\":{}}\n");
}

#[test]
fn push_of_a_long_frame_passes_over_it() {
    let long = event("contentBlockDelta", &format!("\"{}\"", "x".repeat(MAX_FRAME)));
    let body = [long, event("messageStop", "{}")].concat();
    assert_eq!(lines(&body, 1000), "{\"messageStop\":{}}\n");
}

#[test]
fn push_of_other_bytes_reads_nothing() {
    let mut broken = event("messageStart", "{}");
    // The headers are longer than the frame.
    broken[4] = 1;
    let short = [0, 0, 0, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    // The headers reach into the checksum.
    let close = [0, 0, 0, 20, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let plain = b"{\"message\":\"plain JSON\"}".as_slice();
    for body in [plain, &broken, &short, &close, &[0; 1000]] {
        let body = [body, &event("messageStop", "{}")].concat();
        assert_eq!(lines(&body, 10), "");
    }
}

#[test]
fn push_of_frames_with_any_changed_byte_does_not_panic() {
    let whole = event("messageStart", "{\"role\":\"assistant\"}");
    for at in 0..whole.len() {
        for value in [0, 1, 6, 7, 9, 127, 255] {
            let mut changed = whole.clone();
            changed[at] = value;
            lines(&changed, 16);
        }
    }
}
