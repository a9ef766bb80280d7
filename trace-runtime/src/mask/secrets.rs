//! Secrets in text: keys by their form, and what stands behind the name of a secret.

use super::REDACTED;
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Keys that are known by their form.
const FORMS: &str = r#"(?x)
    # A private key in PEM: to its end, or as far as there is base64.
    -----BEGIN[A-Z\x20]{0,40}PRIVATE\x20KEY-----
        (?: [^"'{}]*?-----END[A-Z\x20]{0,40}PRIVATE\x20KEY-----
          | (?: (?:[\t\r\n\x20]|\\+[nr])+ [A-Za-z0-9+/=]{16,} )+ )
    | (?-u:\b)(?:sk|rk)[-_][A-Za-z0-9_-]{20,}
    | (?-u:\b)(?:ghp|gho|ghu|ghs|ghr|gsk|hf|npm)_[A-Za-z0-9]{30,}
    | (?-u:\b)github_pat_[A-Za-z0-9_]{22,}
    | (?-u:\b)glpat-[A-Za-z0-9_-]{20,}
    | (?-u:\b)xox[abprs]-[A-Za-z0-9-]{10,}
    | (?-u:\b)(?:AKIA|ASIA)[A-Z0-9]{16}(?-u:\b)
    | (?-u:\b)AIza[A-Za-z0-9_-]{35}
    | (?-u:\b)eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*
"#;

/// Headers: what is `keep` stays, so that one sees what was there.
const HEADERS: &str = r#"(?x)
    (?P<keep>
        (?-u:\b)(?i-u:authorization) \\*["']? [\t\x20]* [:=,] [\t\x20]* \[? \\*["']?
        (?i-u:bearer|basic|digest|token|key|apikey|aws4-hmac-sha256) \x20+
      | (?-u:\b)(?i-u:(?:set-)?cookie) \\*["']? [\t\x20]* [:=,] [\t\x20]* \[? \\*["']?
        [^"'\\\r\n=\x20]+=
    ) [^"'\\\r\n]{4,}
    | (?P<bearer>(?-u:\b)(?i-u:bearer)\x20+)[A-Za-z0-9._~+/=-]{16,}
"#;

/// The value of a header, a variable or a field whose name says that it is a secret.
const NAMED: &str = r#"(?x)
    (?P<keep>
        (?-u:\b)
        (?: (?i-u:(?:[a-z0-9]+[_-])*
            (?:authorization|api[_-]?key|(?:access|auth|refresh|session)[_-]?token
              |client[_-]?secret|secret[_-]?(?:access[_-]?)?key|password|passwd|set-cookie|cookie))
          | [A-Z][A-Z0-9_]*_(?:KEY|TOKEN|SECRET|PASSWORD) )
        (?P<quote>\\*["']?) [\t\r\n\x20]*
        (?P<separator> :[\t\x20]*&?(?:'static[\t\x20]+)?str[\t\x20]*= | [:=]>? | , )
        [\t\r\n\x20]* (?:Some\(|\[)? [\t\r\n\x20]*
    )
    (?: (?P<opening>")(?P<plain>(?:[^"\\]|\\.){4,})
      | (?P<escape>\\+")(?P<escaped>[^"\\]{4,})
      | (?P<tick>')(?P<single>[^'\\]{4,})
      | (?P<bare>[^\t\r\n\x20"'\\,;&{}\[\]()<>]{6,}) )
"#;

// A pattern that does not compile would be found by the tests of this module.
static PATTERNS: LazyLock<Option<[Regex; 3]>> = LazyLock::new(|| {
    let pattern = |text| Regex::new(text).ok();
    Some([pattern(FORMS)?, pattern(HEADERS)?, pattern(NAMED)?])
});

/// `text` without its secrets; `None` if it has none.
pub(super) fn without(text: &str) -> Option<String> {
    let [forms, headers, named] = PATTERNS.as_ref()?;
    let without = forms.replace_all(text, REDACTED);
    let without = then(without, |text| headers.replace_all(text, header));
    let without = then(without, |text| named.replace_all(text, value));
    match without {
        Cow::Owned(without) if without != text => Some(without),
        _ => None,
    }
}

fn then(text: Cow<'_, str>, replace: impl Fn(&str) -> Cow<'_, str>) -> Cow<'_, str> {
    match replace(&text) {
        Cow::Owned(replaced) => Cow::Owned(replaced),
        Cow::Borrowed(_) => text,
    }
}

fn header(found: &Captures<'_>) -> String {
    let kept = found.name("keep").or(found.name("bearer")).map_or("", |kept| kept.as_str());
    format!("{kept}{REDACTED}")
}

/// The replacement keeps JSON valid: a value without quotes behind a name with quotes gets some.
fn value(found: &Captures<'_>) -> String {
    let group = |name: &'static str| found.name(name).map(|found| found.as_str());
    let first = |names: [&'static str; 3]| names.into_iter().find_map(group);
    let bare = group("bare");
    let value = first(["plain", "escaped", "single"]).or(bare).unwrap_or_default();
    let [keep, quote, separator] =
        ["keep", "quote", "separator"].map(|name| group(name).unwrap_or_default());
    let is_word = value.chars().all(|character| character.is_ascii_alphabetic());
    // The scheme of a header is no secret.
    let is_word = is_word || value.eq_ignore_ascii_case("aws4-hmac-sha256");
    let is_prose = bare.is_some() && is_word && separator == ":";
    let is_list = separator == "," && (bare.is_some() || quote.is_empty() || is_word);
    if value.contains(REDACTED) || is_prose || is_list {
        return found.get(0).map_or("", |whole| whole.as_str()).to_owned();
    }
    match first(["opening", "escape", "tick"]) {
        Some(opening) => format!("{keep}{opening}{REDACTED}"),
        None => format!("{keep}{quote}{REDACTED}{quote}"),
    }
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn secrets_are_taken_out() {
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
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "__REDACTED__"),
        ];
        for (text, expected) in table {
            assert_eq!(without(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_only_looks_alike_stays() {
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
            assert_eq!(without(text), None, "{text}");
        }
    }
}
