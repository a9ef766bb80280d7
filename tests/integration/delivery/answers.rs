//! The answer of a backend is cleaned before a message shows it, over both protocols.

use integration_tests::delivery::install_with;
use integration_tests::{Program, Receiver, Reply};
use trace_runtime::delivery::Protocol;
use trace_runtime::{Builder, chain};

#[chain]
fn work(n: u32) -> u32 {
    n
}

const KEY: &str = "s3cr3t-of-a-backend";

/// Ends three spans, and returns everything that the program is told.
fn told(receiver: &Receiver, configure: impl FnOnce(Builder) -> Builder) -> String {
    let _lock = Program::lock();
    let (registration, messages) = install_with(|builder| {
        configure(builder.endpoint(receiver.endpoint()).api_key(KEY).header("x-other", "0ther-key"))
    });
    for n in 0..3 {
        work(n);
    }
    let result = registration.shutdown();
    let messages = messages.lock().unwrap();
    let cause = result.err().map(|error| error.cause).unwrap_or_default();
    format!("{}\n{cause}", messages.join("\n"))
}

/// Each way in which a backend passes text to the program.
fn ways(text: &str) -> Vec<(Receiver, Protocol)> {
    let replies = |refused: u16, busy: u16| {
        let accepted = Reply { text: text.to_owned(), ..Reply::default() };
        let partly = Reply { rejected: 1, ..accepted.clone() };
        let refused = Reply::status(refused, text);
        [refused, Reply { retry_after: Some(100), ..Reply::status(busy, text) }, accepted, partly]
    };
    let http = replies(401, 503)
        .map(|reply| (Receiver::http_answering(move |_, _| reply.clone()), Protocol::HttpProtobuf));
    // The codes are UNAUTHENTICATED and UNAVAILABLE.
    let grpc = replies(16, 14)
        .map(|reply| (Receiver::grpc_answering(move |_, _| reply.clone()), Protocol::Grpc));
    http.into_iter().chain(grpc).collect()
}

#[test]
fn backend_repeating_sent_headers_shows_none_of_their_values() {
    for (receiver, protocol) in ways(&format!("invalid token: Bearer {KEY}; {KEY}, 0ther-key")) {
        let told = told(&receiver, |builder| builder.protocol(protocol));
        assert!(told.contains("invalid token: [hidden]; [hidden], [hidden]"), "{told}");
        assert!(!told.contains(KEY) && !told.contains("0ther"), "{told}");
    }
}

#[test]
fn backend_sending_control_characters_shows_none_of_them() {
    for (receiver, protocol) in ways("\u{1b}[31mbroken\r\n\u{202e}txet \u{1b}]0;title") {
        let told = told(&receiver, |builder| builder.protocol(protocol));
        assert!(told.contains("[31mbroken txet ]0;title"), "{told}");
        assert!(!told.contains(['\u{1b}', '\r', '\u{202e}']), "{told:?}");
    }
}

#[test]
fn backend_sending_a_long_text_shows_200_characters() {
    for (receiver, protocol) in ways(&"x".repeat(7_000)) {
        let told = told(&receiver, |builder| builder.protocol(protocol));
        let shown = format!("{}…", "x".repeat(199));
        assert!(told.contains(&shown) && !told.contains(&"x".repeat(200)), "{told}");
    }
}

#[test]
fn too_long_grpc_answer_counts_as_accepted() {
    let receiver =
        Receiver::grpc_answering(|_, _| Reply { text: "x".repeat(5 << 20), ..Reply::default() });
    let told = told(&receiver, |builder| builder.protocol(Protocol::Grpc));
    assert_eq!((told.as_str(), receiver.received().len()), ("\n", 1));
}

#[test]
fn endpoint_with_a_token_in_its_path_is_shown_without_it() {
    let receiver = Receiver::http_answering(|_, _| {
        Reply::status(404, "cannot POST /hooks/t0ken-of-a-hook/v1/traces")
    });
    let endpoint = format!("{}/hooks/t0ken-of-a-hook?key=k3y-in-the-query", receiver.endpoint());
    let told = told(&receiver, |builder| builder.endpoint(endpoint));
    assert!(told.contains("/hooks/…/v1/traces answered 404"), "{told}");
    assert!(!told.contains("t0ken") && !told.contains("k3y"), "{told}");
}
