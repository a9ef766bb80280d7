//! The regular expressions that recognize secrets.
//!
//! They run over every exported text, so speed decides how they are written. The `regex` crate
//! finds one match in linear time, but a search that reads to the end of the text for each of many
//! matches is quadratic in total; the patterns avoid that. `(?-u:\b)` is a word boundary between
//! ASCII characters: the fastest engine of the crate cannot match the Unicode one in text that is
//! not ASCII.

/// API keys and private keys that are recognized by their own format, without a name before them.
///
/// The length limits come from the issuers; they keep words such as `sk-learn` from matching.
///
/// No two alternatives begin alike, so their order affects speed only. The `regex` crate searches
/// for all beginnings at once with SIMD and distributes them over eight buckets in this order. If
/// `xox`, `ghu` and `AKIA` shared a bucket, every byte of `xxxx..` would be a candidate that must
/// be verified.
pub(super) const KEY_PATTERNS: &str = r#"(?x)
    # Google (Maps, Gemini ..): 39 characters.
      (?-u:\b)AIza[A-Za-z0-9_-]{35}
    # GitHub tokens (personal, OAuth, user, server, refresh), Groq, Hugging Face, npm.
    | (?-u:\b)(?:ghp|gho|ghu|ghs|ghr|gsk|hf|npm)_[A-Za-z0-9]{30,}
    # Slack tokens (app, bot, user, refresh, session): the parts after the prefix vary in number.
    | (?-u:\b)xox[abprs]-[A-Za-z0-9-]{10,}
    # A private key in PEM: to its END line, or else as far as there is base64 (the text may be
    # cut). The first branch stops at a dash run of five, so it never searches for the END line
    # past the next BEGIN line. Otherwise each of many keys without an end would read all the rest.
    # Line ends may be escaped, once or several times, if the key is inside JSON.
    | -----BEGIN[A-Z\x20]{0,40}PRIVATE\x20KEY-----
        (?: (?:[^"'{}-]|-{1,4}[^"'{}-])*?-----END[A-Z\x20]{0,40}PRIVATE\x20KEY-----
          | (?: (?:[\t\r\n\x20]|\\+[nr])+ [A-Za-z0-9+/=]{16,} )+ )
    # GitHub, fine-grained personal access tokens.
    | (?-u:\b)github_pat_[A-Za-z0-9_]{22,}
    # AWS access key ids, long-term (AKIA) and temporary (ASIA): exactly 20 characters.
    | (?-u:\b)(?:AKIA|ASIA)[A-Z0-9]{16}(?-u:\b)
    # OpenAI, Anthropic, OpenRouter, DeepSeek, Langfuse (sk-), Stripe (sk_live_, rk_live_).
    | (?-u:\b)(?:sk|rk)[-_][A-Za-z0-9_-]{20,}
    # GitLab, personal access tokens.
    | (?-u:\b)glpat-[A-Za-z0-9_-]{20,}
"#;

/// JSON Web Tokens: header, payload and signature in base64url. `eyJ` is the encoding of `{"`.
///
/// This pattern is separate, not an alternative of [`KEY_PATTERNS`]. A token is read to its
/// end before the dots show that it is none; keys of other formats inside it would restart that
/// search again and again.
pub(super) const JWT_PATTERN: &str =
    r"(?-u:\b)eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*";

/// The credentials of HTTP headers. The groups `keep` and `bearer` stay in the text, so that a
/// reader sees which header and scheme was sent: `authorization: Bearer __REDACTED__`.
///
/// The names of headers end in [`SECRET_NAME_SUFFIXES`], or else the prefilter would skip them.
pub(super) const HEADER_PATTERN: &str = r#"(?x)
    (?P<keep>
        # authorization: Bearer ..; also as JSON ("authorization":"Basic ..") and as a list of
        # pairs (["authorization", "Bearer .."]), with quotes that may be escaped.
        (?-u:\b)(?i-u:authorization) \\*["']? [\t\x20]* [:=,] [\t\x20]* \[? \\*["']?
        (?i-u:bearer|basic|digest|token|key|apikey|aws4-hmac-sha256) \x20+
        # cookie: name=..; the name of the first cookie stays, all the rest is redacted.
      | (?-u:\b)(?i-u:(?:set-)?cookie) \\*["']? [\t\x20]* [:=,] [\t\x20]* \[? \\*["']?
        [^"'\\\r\n=\x20]+=
    ) [^"'\\\r\n]{4,}
    # A bearer token without its header name. At least 16 characters of RFC 6750's `b64token`, so
    # that "bearer of news" stays.
    | (?P<bearer>(?-u:\b)(?i-u:bearer)\x20+)[A-Za-z0-9._~+/=-]{16,}
"#;

/// The ends of names whose values are secrets, in any case: `x-api-key`, `db_password`,
/// `sessionToken`. The prefilter searches for trigrams of these; see `prefilter::TRIGRAMS`.
pub(super) const SECRET_NAME_SUFFIXES: &str = "authorization|api[_-]?key|(?:access|auth|refresh|session)[_-]?token\
    |client[_-]?secret|secret[_-]?(?:access[_-]?)?key|password|passwd|cookie";

/// The ends of such names in upper case only, as environment variables are written. In lower case
/// they would match `max_token` and `primary_key`.
pub(super) const UPPERCASE_SUFFIXES: &str = "_KEY|_TOKEN|_SECRET|_PASSWORD";

/// Returns the pattern for a secret name, a separator and a value.
pub(super) fn assignment_pattern() -> String {
    ASSIGNMENT_PATTERN
        .replace("<UPPERCASE_SUFFIXES>", UPPERCASE_SUFFIXES)
        .replace("<SECRET_NAME_SUFFIXES>", SECRET_NAME_SUFFIXES)
}

/// An assignment in any of the notations that occur in traces: headers, JSON (also JSON inside
/// JSON), TOML, YAML, shell variables, Rust source and Rust `Debug` text.
///
/// The group `keep` stays in the text. The value is in exactly one of the groups `plain`
/// (`"value"`), `escaped` (`\"value\"`, in nested JSON), `single` (`'value'`) and `bare` (`value`).
/// `replace_value` in the parent module decides if it is a secret.
const ASSIGNMENT_PATTERN: &str = r#"(?x)
    (?P<keep>
        (?-u:\b)
        # The name: a suffix with other words before it, or an upper-case variable.
        (?: (?i-u:(?:[a-z0-9]+[_-])*(?:<SECRET_NAME_SUFFIXES>))
          | [A-Z][A-Z0-9_]*(?:<UPPERCASE_SUFFIXES>) )
        (?P<quote>\\*["']?) [\t\r\n\x20]*
        # `: &'static str =` of a Rust constant; `:` `=` `=>`; `,` in lists of header pairs.
        (?P<separator> :[\t\x20]*&?(?:'static[\t\x20]+)?str[\t\x20]*= | [:=]>? | , )
        # `Some(` in Debug text; `[` where a header maps to a list of values.
        [\t\r\n\x20]* (?:Some\(|\[)? [\t\r\n\x20]*
    )
    (?: (?P<opening>")(?P<plain>(?:[^"\\]|\\.){4,})
      | (?P<escape>\\+")(?P<escaped>[^"\\]{4,})
      | (?P<tick>')(?P<single>[^'\\]{4,})
      | (?P<bare>[^\t\r\n\x20"'\\,;&{}\[\]()<>]{6,}) )
"#;
