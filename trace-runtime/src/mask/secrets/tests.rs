//! Texts that are redacted, texts that are kept, and the prefilter, which must not change either.

use super::{may_contain_named_secret, redact, redact_with};

#[test]
fn text_with_secret_is_redacted() {
    let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0Z3VS5JJ";
    let table = [
        ("use sk-proj-abcDEF0123456789abcdef01 now", "use __REDACTED__ now"),
        ("sk-ant-api03-abcDEF0123456789abcdef", "__REDACTED__"),
        ("AKIAIOSFODNN7EXAMPLE.", "__REDACTED__."),
        ("authorization: Bearer abc.def", "authorization: Bearer __REDACTED__"),
        ("Authorization: ApiKey VnVhQ2ZHY0", "Authorization: ApiKey __REDACTED__"),
        (
            "authorization: AWS4-HMAC-SHA256 Credential=a/b, Signature=fe5f80",
            "authorization: AWS4-HMAC-SHA256 __REDACTED__",
        ),
        ("cookie: theme=dark; session=0123456789", "cookie: theme=__REDACTED__"),
        (r#"{"Authorization":"Basic dXNlcjpw"}"#, r#"{"Authorization":"Basic __REDACTED__"}"#),
        (r#"{\"x-api-key\": \"abcdef1\"}"#, r#"{\"x-api-key\": \"__REDACTED__\"}"#),
        (r#"{\\\"api_key\\\":\\\"abcdef1\\\"}"#, r#"{\\\"api_key\\\":\\\"__REDACTED__\\\"}"#),
        (r#"["x-api-key","abcdef1"]"#, r#"["x-api-key","__REDACTED__"]"#),
        (r#"{"x-api-key":["abcdef1"]}"#, r#"{"x-api-key":["__REDACTED__"]}"#),
        (r#"{"openai_api_key":"abcdef1"}"#, r#"{"openai_api_key":"__REDACTED__"}"#),
        (r#"{"accessToken":"abcdef1"}"#, r#"{"accessToken":"__REDACTED__"}"#),
        (r#"Some { api_key: Some("abcdef") }"#, r#"Some { api_key: Some("__REDACTED__") }"#),
        (r#"const API_KEY: &str = "abcdef";"#, r#"const API_KEY: &str = "__REDACTED__";"#),
        ("db_password=hunter2! rest", "db_password=__REDACTED__ rest"),
        ("OPENAI_API_KEY=whatever-it-is rest", "OPENAI_API_KEY=__REDACTED__ rest"),
        (r#""password" : "hunter2!", "a": 1"#, r#""password" : "__REDACTED__", "a": 1"#),
        (r#"{"password":"a, \"b\" c"}"#, r#"{"password":"__REDACTED__"}"#),
        (r#"{"password":1234567,"a":1}"#, r#"{"password":"__REDACTED__","a":1}"#),
        ("curl -H 'bearer 0123456789abcdef'", "curl -H 'bearer __REDACTED__'"),
        (&format!("a\n{pem}\nMII=\n-----END RSA PRIVATE KEY-----\nb"), "a\n__REDACTED__\nb"),
        (&format!("{}\",\"b\"", pem.replace('\n', "\\n")), "__REDACTED__\",\"b\""),
        (
            &format!("{pem}\n{pem}\nMII=\n-----END RSA PRIVATE KEY-----\nb"),
            "__REDACTED__\n__REDACTED__\nb",
        ),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "__REDACTED__"),
    ];
    for (text, expected) in table {
        assert_eq!(redact(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn many_unterminated_keys_are_searched_in_linear_time() {
    // If the rest of the text were searched for the end of each key, this would take minutes.
    let key = "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEA0Z3VS5JJ\n";
    let token = format!("eyJhbGciOiJI-AIza{}-", "a".repeat(35));
    for (text, left) in [(key, "__REDACTED__\n"), (&token, "eyJhbGciOiJI-__REDACTED__-")] {
        assert_eq!(redact(&text.repeat(20_000)), Some(left.repeat(20_000)));
    }
}

#[test]
fn text_that_resembles_a_secret_is_kept() {
    let texts = [
        "a task-with-a-very-long-name-in-kebab-case",
        r#"{"max_tokens": 100000, "key": "a value", "token": "hello world"}"#,
        "the password is asked for",
        "Password: required",
        "name, password, address, authorization",
        r#"{"required":["password","username"]}"#,
        r#"{"password":{"type":"string"},"api_key":null}"#,
        "api key: see the manual",
        "Bearer of good news",
        "what does -----BEGIN PRIVATE KEY----- mean?",
        "-----BEGIN CERTIFICATE-----",
        "token_count: 1234567",
    ];
    for text in texts {
        assert_eq!(redact(text), None, "{text}");
    }
}

/// Pieces of random texts: text before a name, a name, its quote, a separator, a value.
const PIECES: [&[&str]; 5] = [
    &[
        "", " ", "{\"", "{\\\"", "x-", "OPENAI_", "set-", "_", "é", "a, b: ", "tok", "\n", "[\"",
        "A",
    ],
    &[
        "authorization",
        "Authorization",
        "api_key",
        "apikey",
        "API-KEY",
        "accessToken",
        "auth-token",
        "session_token",
        "client_secret",
        "SECRET",
        "secret_access_key",
        "secret-key",
        "_KEY",
        "_TOKEN",
        "_SECRET",
        "_PASSWORD",
        "pAsSwOrD",
        "passwd",
        "cookie",
        "Set-Cookie",
        "tokens",
        "max_tokens",
        "key",
        "bearer",
        "author",
        "-----BEGIN PRIVATE KEY-----",
        "sk-",
        "AKIA",
        "eyJ",
        "pi_K",
        "secr",
    ],
    &["", "\"", "'", "\\\"", "\\\\\\\"", "s", " ", "\n\t ", "_count", "\\'"],
    &[
        "",
        ":",
        "=",
        ",",
        ": ",
        " = ",
        " => ",
        ": &str = ",
        ":[",
        ": Some(",
        " is ",
        " Bearer ",
        "-",
    ],
    &[
        "",
        "\"",
        "'",
        "\\\"",
        "hunter2!",
        "\"hunter2\"",
        "abcdef",
        "ab",
        "'abcd'",
        "Bearer abc.def",
        "0123456789abcdefghij0123456789",
        "{\"type\":1}",
        "null",
        "\\\"abcd\\\"",
        "a=bcdef; c=d",
    ],
];

/// Generates random texts of one to eight rounds of these pieces. The seed is fixed, so a failure
/// is reproducible.
fn texts() -> impl Iterator<Item = String> {
    // Xorshift.
    let mut state = 1_u64;
    let mut below = move |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % bound as u64).expect("below")
    };
    std::iter::repeat_with(move || {
        let mut text = String::new();
        for _ in 0..=below(8) {
            for pieces in PIECES {
                text += pieces[below(pieces.len())];
            }
        }
        text
    })
}

#[test]
fn prefilter_on_random_texts_changes_no_result() {
    let (mut secrets, mut skipped) = (0, 0);
    for text in texts().take(5_000) {
        let unfiltered = redact_with(&text, |_| true);
        assert_eq!(redact(&text), unfiltered, "{text}");
        secrets += usize::from(unfiltered.is_some());
        skipped += usize::from(!may_contain_named_secret(&text));
    }
    // Both outcomes must occur often, or the comparison proves nothing.
    assert!(secrets > 1_000 && skipped > 500, "{secrets} have secrets, {skipped} are skipped");
}

#[test]
fn shortest_secret_and_longest_name_are_found() {
    assert_eq!(redact("A_KEY='abcd").as_deref(), Some("A_KEY='__REDACTED__"));
    let long_name = format!("A{}_KEY{}=abcdef", "0".repeat(1000), "\\".repeat(1000));
    assert!(redact(&long_name).is_some_and(|redacted| redacted.contains("__REDACTED__")));
}

#[test]
fn prefilter_skips_text_that_only_mentions_names() {
    let skipped = [
        r#"{"usage":{"prompt_tokens":10,"completion_tokens":3},"max_tokens": 100}"#,
        r#"{"key": "value", "token": "word", "author": "me"}"#,
        "the API token is a secret: keep the password and the cookie for yourself",
    ];
    for text in skipped {
        assert!(!may_contain_named_secret(text), "{text}");
    }
}
