//! What secrets look like.

/// Keys that are known by their form. No two begin alike, so that their order means nothing but
/// speed: the vectorised search for their beginnings puts every eighth into one bucket, and if such
/// as `xox`, `ghu` and `AKIA` share one, it takes a second look at every byte of `xxxx..`.
pub(super) const FORMS: &str = r#"(?x)
      (?-u:\b)AIza[A-Za-z0-9_-]{35}
    | (?-u:\b)(?:ghp|gho|ghu|ghs|ghr|gsk|hf|npm)_[A-Za-z0-9]{30,}
    | (?-u:\b)xox[abprs]-[A-Za-z0-9-]{10,}
    # A private key in PEM: to its end, or as far as there is base64. The end is not looked for
    # behind another beginning, or each of many without an end would be a search of all that follows.
    | -----BEGIN[A-Z\x20]{0,40}PRIVATE\x20KEY-----
        (?: (?:[^"'{}-]|-{1,4}[^"'{}-])*?-----END[A-Z\x20]{0,40}PRIVATE\x20KEY-----
          | (?: (?:[\t\r\n\x20]|\\+[nr])+ [A-Za-z0-9+/=]{16,} )+ )
    | (?-u:\b)github_pat_[A-Za-z0-9_]{22,}
    | (?-u:\b)(?:AKIA|ASIA)[A-Z0-9]{16}(?-u:\b)
    | (?-u:\b)(?:sk|rk)[-_][A-Za-z0-9_-]{20,}
    | (?-u:\b)glpat-[A-Za-z0-9_-]{20,}
"#;

/// Signed tokens. Not one of the `FORMS`: what begins like one is looked at to the end of the word,
/// again and again if there are keys of other forms in it.
pub(super) const SIGNED: &str =
    r"(?-u:\b)eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*";

/// Headers: what is `keep` stays, so that one sees what was there. Their names are `ENDINGS` too.
pub(super) const HEADERS: &str = r#"(?x)
    (?P<keep>
        (?-u:\b)(?i-u:authorization) \\*["']? [\t\x20]* [:=,] [\t\x20]* \[? \\*["']?
        (?i-u:bearer|basic|digest|token|key|apikey|aws4-hmac-sha256) \x20+
      | (?-u:\b)(?i-u:(?:set-)?cookie) \\*["']? [\t\x20]* [:=,] [\t\x20]* \[? \\*["']?
        [^"'\\\r\n=\x20]+=
    ) [^"'\\\r\n]{4,}
    | (?P<bearer>(?-u:\b)(?i-u:bearer)\x20+)[A-Za-z0-9._~+/=-]{16,}
"#;

/// How the names of secrets end, in any case. `first_look` searches for letters of these.
pub(super) const ENDINGS: &str = "authorization|api[_-]?key|(?:access|auth|refresh|session)[_-]?token\
    |client[_-]?secret|secret[_-]?(?:access[_-]?)?key|password|passwd|cookie";

/// How they end in capitals. `first_look` searches for letters of these too.
pub(super) const CAPITAL_ENDINGS: &str = "_KEY|_TOKEN|_SECRET|_PASSWORD";

/// The value of a header, a variable or a field whose name says that it is a secret.
pub(super) fn named() -> String {
    NAMED.replace("CAPITAL_ENDINGS", CAPITAL_ENDINGS).replace("ENDINGS", ENDINGS)
}

const NAMED: &str = r#"(?x)
    (?P<keep>
        (?-u:\b)
        (?: (?i-u:(?:[a-z0-9]+[_-])*(?:ENDINGS)) | [A-Z][A-Z0-9_]*(?:CAPITAL_ENDINGS) )
        (?P<quote>\\*["']?) [\t\r\n\x20]*
        (?P<separator> :[\t\x20]*&?(?:'static[\t\x20]+)?str[\t\x20]*= | [:=]>? | , )
        [\t\r\n\x20]* (?:Some\(|\[)? [\t\r\n\x20]*
    )
    (?: (?P<opening>")(?P<plain>(?:[^"\\]|\\.){4,})
      | (?P<escape>\\+")(?P<escaped>[^"\\]{4,})
      | (?P<tick>')(?P<single>[^'\\]{4,})
      | (?P<bare>[^\t\r\n\x20"'\\,;&{}\[\]()<>]{6,}) )
"#;
