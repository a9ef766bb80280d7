//! Secrets in text: keys by their form, and what stands behind the name of a secret.

use super::REDACTED;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// What is `keep` stays, so that one sees what was there.
const SECRETS: &str = r#"(?x)
    # A private key in PEM, to its end or that of the text.
    -----BEGIN[A-Z\x20]{0,40}PRIVATE\x20KEY-----(?s:.*?)(?:-----END[A-Z\x20]{0,40}PRIVATE\x20KEY-----|\z)
    # Keys that are known by their beginning.
    | (?-u:\b)(?:sk|rk)[-_][A-Za-z0-9_-]{20,}
    | (?-u:\b)(?:ghp|gho|ghu|ghs|ghr|gsk|hf|npm)_[A-Za-z0-9]{30,}
    | (?-u:\b)github_pat_[A-Za-z0-9_]{22,}
    | (?-u:\b)glpat-[A-Za-z0-9_-]{20,}
    | (?-u:\b)xox[abprs]-[A-Za-z0-9-]{10,}
    | (?-u:\b)(?:AKIA|ASIA)[A-Z0-9]{16}(?-u:\b)
    | (?-u:\b)AIza[A-Za-z0-9_-]{35}
    | (?-u:\b)eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*
    # The value of a header, a variable or a field that holds a secret.
    | (?P<keep>
        (?:
            (?-u:\b)(?i-u:(?:proxy-)?authorization|(?:x-)?api[-_]?key|(?:access|auth|refresh)[-_]token
                |client[-_]secret|secret[-_]key|password|passwd|(?:set-)?cookie)
            | (?-u:\b)[A-Z][A-Z0-9_]*_(?:KEY|TOKEN|SECRET|PASSWORD)
        )
        \\?["']? [\t\r\n\x20]* [:=] [\t\r\n\x20]* \\?["']?
        (?:(?i-u:bearer|basic|token)[\t\r\n\x20]+)?
      )
      [^\t\r\n\x20"'\\,;&{}\[\]()<>]{6,}
    | (?P<scheme>(?-u:\b)(?i-u:bearer)[\t\r\n\x20]+)[A-Za-z0-9._~+/=-]{16,}
"#;

/// A pattern that does not compile would be found by the first test of this module.
static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(SECRETS).ok());

/// `text` without its secrets; `None` if it has none.
pub(super) fn without(text: &str) -> Option<String> {
    let pattern = PATTERN.as_ref()?;
    pattern.is_match(text).then(|| {
        let replaced = pattern.replace_all(text, |found: &Captures<'_>| {
            let kept = found.name("keep").or(found.name("scheme"));
            format!("{}{REDACTED}", kept.map_or("", |kept| kept.as_str()))
        });
        replaced.into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn secrets_are_taken_out() {
        let table = [
            ("use sk-proj-abcDEF0123456789abcdef01 now", "use __REDACTED__ now"),
            ("sk-ant-api03-abcDEF0123456789abcdef", "__REDACTED__"),
            ("AKIAIOSFODNN7EXAMPLE.", "__REDACTED__."),
            ("authorization: Bearer abc.def", "authorization: Bearer __REDACTED__"),
            (r#"{"Authorization":"Basic dXNlcjpw"}"#, r#"{"Authorization":"Basic __REDACTED__"}"#),
            (r#"{\"x-api-key\": \"abcdef1\"}"#, r#"{\"x-api-key\": \"__REDACTED__\"}"#),
            ("OPENAI_API_KEY=whatever-it-is rest", "OPENAI_API_KEY=__REDACTED__ rest"),
            (r#""password" : "hunter2!", "a": 1"#, r#""password" : "__REDACTED__", "a": 1"#),
            ("curl -H 'bearer 0123456789abcdef'", "curl -H 'bearer __REDACTED__'"),
            (
                "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb",
                "a\n__REDACTED__\nb",
            ),
            ("-----BEGIN PRIVATE KEY-----\\nMIIE", "__REDACTED__"),
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
            "api key: see the manual",
            "Bearer of good news",
            "-----BEGIN CERTIFICATE-----",
            "token_count: 1234567",
        ];
        for text in texts {
            assert_eq!(without(text), None, "{text}");
        }
    }
}
