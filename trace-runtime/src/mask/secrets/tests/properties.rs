//! What is redacted alone is redacted wherever it stands.

use super::super::redact;
use super::{Random, lines, secrets};
use crate::openinference::keys;
use std::fmt::Write;

/// Each way to carry a text inside another.
fn carriers(text: &str) -> Vec<(&'static str, String)> {
    let json = serde_json::to_string(&serde_json::json!({ "text": text })).expect("a text");
    let nested = serde_json::to_string(&serde_json::json!({ "text": json })).expect("a text");
    let third = serde_json::to_string(&serde_json::json!([nested])).expect("a text");
    let mut query = String::from("https://example.com/log?q=");
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                query.push(char::from(byte));
            }
            _ => write!(query, "%{byte:02X}").expect("a text"),
        }
    }
    vec![
        ("plain", text.to_owned()),
        ("line", format!("first\n{text}\nlast")),
        ("line in JSON", serde_json::to_string(&format!("first\n{text}\nlast")).expect("a text")),
        ("tab in JSON", serde_json::to_string(&format!("name\t{text}")).expect("a text")),
        ("JSON", json),
        ("JSON in JSON", nested),
        ("JSON in JSON in JSON", third),
        ("Debug", format!("{text:?}")),
        ("Debug of Debug", format!("{:?}", format!("Some({text:?})"))),
        ("query", query),
        ("environment", format!("HOME=/root\n{text}\nLANG=C")),
        ("colour", format!("\x1b[32m{text}\x1b[0m done")),
        ("Debug of colour", format!("{:?}", format!("\x1b[1;31m{text}\x1b[0m"))),
        (
            "JSON of colour",
            serde_json::to_string(&format!("\x1b[31m{text}\x1b[0m")).expect("a text"),
        ),
    ]
}

#[test]
fn secret_inside_any_carrier_is_redacted() {
    let mut failures = Vec::new();
    let mut count = 0;
    for (text, secret) in secrets() {
        // Whatever part of the secret has no escape in any carrier must be gone.
        let plain = secret.split(|it: char| !it.is_ascii_alphanumeric() && !"-_.".contains(it));
        let Some(core) = plain.max_by_key(|part| part.len()).filter(|core| core.len() >= 5) else {
            continue;
        };
        for (carrier, carried) in carriers(&text) {
            count += 1;
            let redacted = redact(&carried).unwrap_or_else(|| carried.clone());
            if redacted.contains(core) {
                failures.push(format!("{carrier}: {carried}\n    -> {redacted}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count}\n{}", failures.len(), failures.join("\n"));
    assert!(count > 3_000, "{count}");
}

#[test]
fn redacted_json_is_valid_json() {
    for (text, _) in secrets() {
        for value in [serde_json::json!({ "text": text }), serde_json::json!([text, 1, null])] {
            let json = value.to_string();
            let redacted = redact(&json).unwrap_or(json);
            assert!(serde_json::from_str::<serde_json::Value>(&redacted).is_ok(), "{redacted}");
        }
    }
    let json = r#"{"password":1234567,"a":1}"#;
    assert_eq!(redact(json).as_deref(), Some(r#"{"password":"__REDACTED__","a":1}"#));
}

#[test]
fn redacted_text_is_kept_when_it_is_redacted_again() {
    for (text, _) in secrets() {
        let Some(redacted) = redact(&text) else { continue };
        assert_eq!(redact(&redacted), None, "{redacted}");
    }
}

#[test]
fn private_key_is_redacted_to_its_end() {
    let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0Z3VS5JJ";
    let whole = format!("a\n{pem}\nMII=\n-----END RSA PRIVATE KEY-----\nb");
    let table = [
        (whole.clone(), "a\n__REDACTED__\nb".to_owned()),
        (serde_json::to_string(&whole).expect("a text"), r#""a\n__REDACTED__\nb""#.to_owned()),
        (format!("{}\",\"b\"", pem.replace('\n', "\\n")), "__REDACTED__\",\"b\"".to_owned()),
        (
            "Private-Lines: 1\nAAAAB3NzaC1yc2EAAAADAQABAAABAQ==".to_owned(),
            "Private-Lines:__REDACTED__".to_owned(),
        ),
        (
            whole.replace("RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK"),
            "a\n__REDACTED__\nb".to_owned(),
        ),
        // At the end of a line of dashes.
        (format!("---{pem}"), "---__REDACTED__".to_owned()),
    ];
    for (text, expected) in table {
        assert_eq!(redact(&text), Some(expected), "{text}");
    }
}

#[test]
fn many_beginnings_without_ends_are_searched_in_linear_time() {
    // If the rest of the text were searched for each of them, this would take minutes.
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEA0Z3VS5JJ\n";
    let token = format!("eyJhbGciOiJI-AIza{}-", "a".repeat(35));
    let beginnings = [
        pem,
        &token,
        "password:\"",
        "token=",
        "https://",
        "eyJ",
        "eyJ.eyJ",
        "sk-",
        "[[[[[[",
        "-----BEGIN",
        "cookie: a=",
        "\\\\\\",
        "password: Some(",
        "\\\"",
        "%25",
        "api_keys: [\"a\",",
        "--user a:",
        "key",
        "[\"x-key\",\"",
        "Bearer ",
        "token ",
        "the password is ",
        "password aaaaaaaaaaaaaaaaaaaaaaaa",
        "mysql -p ",
        " -password",
        "|eyJ",
        "Q~",
        "-----BEGIN PRIVATE KEY-----",
    ];
    for beginning in beginnings {
        let _ = redact(&beginning.repeat(100_000 / beginning.len()));
    }
}

#[test]
fn random_pieces_of_secrets_never_break_the_text() {
    const PIECES: [&str; 24] = [
        "\"",
        "\\\"",
        "\\",
        "é",
        "password",
        "=",
        ":",
        " ",
        "\n",
        "\\n",
        "%3D",
        "sk-",
        "{",
        "[",
        "(",
        "Bearer ",
        "cookie",
        "://",
        "@",
        "api_key",
        "abc123",
        "\u{1b}[31m",
        "-----BEGIN",
        "\\u0027",
    ];
    let mut random = Random(3);
    for _ in 0..20_000 {
        let text: String = (0..12).map(|_| PIECES[random.below(PIECES.len())]).collect();
        // A range that splits a character would replace the whole text.
        assert!(redact(&text).as_deref() != Some("__REDACTED__") || !text.contains('é'), "{text}");
    }
}

#[test]
fn attribute_key_of_openinference_is_no_name_of_a_secret() {
    let source = include_str!("../../../openinference/keys.rs");
    let source = format!("{source}{}", include_str!("../../../openinference/keys/gen_ai.rs"));
    let keys: Vec<_> =
        source.split('"').skip(1).step_by(2).filter(|key| key.contains('.')).collect();
    assert!(keys.contains(&keys::LLM_TOKEN_COUNT_PROMPT) && keys.len() > 100, "{}", keys.len());
    for key in keys {
        assert!(!super::super::is_secret_name(key), "{key}");
    }
    for key in lines("api_key\ndb.password\nhttp.request.header.authorization\nauthToken\ntoken") {
        assert!(super::super::is_secret_name(&key), "{key}");
    }
}
