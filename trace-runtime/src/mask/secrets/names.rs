//! The names of secrets.

/// How much a name tells about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// The value may be a secret: it must look random. `signature`, `auth`, `CACHE_KEY`.
    Weak,
    /// The value is often a secret: it must not be a word or a count. `token`, `pass`, `pwd`.
    Medium,
    /// The value is a secret, whatever it looks like. `password`, `api_key`, `access_token`.
    Strong,
}

/// The kind of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// The name of a value.
    Value(Strength),
    /// `authorization`: a scheme precedes the secret.
    Authorization,
    /// `cookie`: pairs of names and values.
    Cookie,
    /// `bearer`: the token follows after a space.
    Bearer,
    /// `basic`: base64 follows after a space.
    Basic,
    /// A name that is one only in the query of a URL: `?key=..`, `&code=..`.
    Query,
}

/// Returns true if the name of an attribute, a field or an argument states that its value is a
/// secret: `api_key`, `db.password`, `http.request.header.authorization`, `githubToken`.
pub(super) fn is_secret_name(name: &str) -> bool {
    may_end_secret_name(name.as_bytes())
        && match classify(name) {
            Some(Name::Value(strength)) => strength >= Strength::Medium,
            Some(Name::Authorization | Name::Cookie) => true,
            _ => false,
        }
}

/// Returns false if a text ends in three letters that end no name of a secret. Most names of
/// arguments, attributes and fields need nothing else.
pub(super) fn may_end_secret_name(text: &[u8]) -> bool {
    let is_suffix = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'.');
    let suffix = text.iter().rev().take(6).take_while(|byte| is_suffix(byte)).count();
    let name = &text[..text.len() - suffix];
    let Some(last) = name.last_chunk::<3>() else { return name.eq_ignore_ascii_case(b"pw") };
    // Makes capitals small, and no other byte a letter.
    let last = last.map(|byte| byte | 0x20);
    matches!(
        &last,
        // password, passwords, passwd, pwd, pwds, passwort, passcode, code, pass, passe, phrase, base
        b"ord" | b"rds" | b"swd" | b"pwd" | b"wds" | b"ort" | b"ode" | b"ass" | b"sse" | b"ase"
        // pw, psk, senha, key, keys, token, tokens, secret, secrets, credential, credentials, creds
        | [_, b'p', b'w'] | b"psk" | b"nha" | b"key" | b"eys" | b"ken" | b"ens" | b"ret" | b"ets"
        | b"ial" | b"als" | b"eds"
        // authorization, session, cookie, cookies, bearer, basic, confirm, sig, auth, jwt, sas,
        // signature
        | b"ion" | b"kie" | b"ies" | b"rer" | b"sic" | b"irm" | b"sig" | b"uth" | b"jwt" | b"sas"
        | b"ure"
    )
}

/// Words before `key` that make it a secret.
const KEY_OWNERS: [&str; 54] = [
    "access",
    "account",
    "admin",
    "aes",
    "anthropic",
    "api",
    "app",
    "auth",
    "azure",
    "client",
    "consumer",
    "cohere",
    "cookie",
    "crypto",
    "decryption",
    "des",
    "deploy",
    "encryption",
    "fernet",
    "functions",
    "gemini",
    "gpg",
    "groq",
    "hmac",
    "host",
    "integration",
    "jwt",
    "license",
    "master",
    "mistral",
    "openai",
    "pgp",
    "preshared",
    "private",
    "rapidapi",
    "recovery",
    "rsa",
    "secret",
    "service",
    "session",
    "shared",
    "signature",
    "signing",
    "ssh",
    "storage",
    "stripe",
    "subscription",
    "symmetric",
    "tls",
    "unseal",
    "vault",
    "webhook",
    "wifi",
    "write",
];

/// Words before `token` that make it something else: counts, grammar, pages.
const TOKEN_OTHERS: [&str; 50] = [
    "bos",
    "cls",
    "completion",
    "continuation",
    "count",
    "current",
    "cursor",
    "decode",
    "end",
    "eos",
    "every",
    "first",
    "generated",
    "image",
    "input",
    "last",
    "mask",
    "max",
    "maximum",
    "min",
    "minimum",
    "new",
    "next",
    "no",
    "num",
    "number",
    "one",
    "output",
    "pad",
    "padding",
    "page",
    "parse",
    "per",
    "prev",
    "previous",
    "prompt",
    "reasoning",
    "resume",
    "sep",
    "single",
    "special",
    "start",
    "stop",
    "sync",
    "text",
    "time",
    "total",
    "unk",
    "unused",
    "word",
];

/// Words before `pass` that make it a verb or a step.
const PASS_OTHERS: [&str; 12] =
    ["all", "band", "by", "did", "first", "high", "is", "low", "multi", "second", "single", "test"];

/// Ends of names that are written as one word.
const JOINED: [&str; 26] = [
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "apikey",
    "apikeys",
    "secretkey",
    "privatekey",
    "accesskey",
    "authtoken",
    "accesstoken",
    "refreshtoken",
    "sessiontoken",
    "idtoken",
    "apitoken",
    "authkey",
    "apisecret",
    "clientsecret",
    "presharedkey",
    "rootpw",
    "bindpw",
    "storepass",
    "keypass",
    "passwort",
    "senha",
    "wachtwoord",
];

/// Returns the kind of a name, or `None` if its value is not a secret.
pub(super) fn classify(name: &str) -> Option<Name> {
    let mut words = Words::of(name);
    let last = words.next_back()?;
    let before = words.next_back();
    let before_is = |list: &[&str]| {
        before.is_some_and(|before| list.iter().any(|it| before.eq_ignore_ascii_case(it)))
    };
    let strong = Some(Name::Value(Strength::Strong));
    let medium = Some(Name::Value(Strength::Medium));
    let weak = Some(Name::Value(Strength::Weak));
    let is_joined = |joined: &&str| {
        let start = last.len().checked_sub(joined.len());
        start
            .and_then(|start| last.get(start..))
            .is_some_and(|end| end.eq_ignore_ascii_case(joined))
    };
    if JOINED.iter().any(is_joined) {
        return strong;
    }
    // Longer words end no name that is listed here.
    let mut lower = [0; "authorization".len()];
    let lower = lower.get_mut(..last.len())?;
    lower.copy_from_slice(last.as_bytes());
    lower.make_ascii_lowercase();
    match std::str::from_utf8(lower).ok()? {
        "authorization" => Some(Name::Authorization),
        "cookie" | "cookies" => Some(Name::Cookie),
        "bearer" => Some(Name::Bearer),
        "basic" => Some(Name::Basic),
        "secret" | "secrets" | "credential" | "credentials" | "creds" | "passcode" | "pwds" => {
            strong
        }
        "session" if before_is(&["gitlab"]) => strong,
        "pass" if before_is(&PASS_OTHERS) => None,
        "pass" | "pwd" | "pw" | "psk" if before.is_some() && !before_is(&["old"]) => strong,
        "passe" if before_is(&["de"]) => strong,
        "phrase" if before_is(&["seed", "recovery", "backup"]) => strong,
        "confirm" | "confirmation" if before_is(&["password"]) => strong,
        "token" if before_is(&TOKEN_OTHERS) => None,
        "token" if before.is_some() => strong,
        "pass" | "pwd" | "pw" | "psk" | "token" => medium,
        "tokens" if before_is(&["access", "api", "auth", "bearer", "refresh", "session"]) => strong,
        "key" | "keys" if before_is(&KEY_OWNERS) => strong,
        "key" if before.is_some() && !name.bytes().any(|byte| byte.is_ascii_lowercase()) => weak,
        // Rails: `SECRET_KEY_BASE`.
        "base"
            if before_is(&["key"])
                && words.next_back().is_some_and(|it| it.eq_ignore_ascii_case("secret")) =>
        {
            strong
        }
        "sig" | "auth" | "jwt" | "sas" => weak,
        // Models sign their thoughts, and those signatures must stay.
        "signature" if before_is(&["amz", "goog", "access", "webhook", "hub"]) => weak,
        "key" | "code" | "signature" if before.is_none() => Some(Name::Query),
        _ => None,
    }
}

/// The words of a name, from its end: parts between `_`, `-`, `.`, `:` and spaces, and those that a
/// capital begins. Digits at the end of a name are not a word: `password2`, `api_key_1`.
struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    fn of(name: &'a str) -> Self {
        Words { rest: name.trim_end_matches(|it: char| it.is_ascii_digit() || is_separator(it)) }
    }

    fn next_back(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_end_matches(is_separator);
        let bytes = rest.as_bytes();
        let mut start = bytes.len().checked_sub(1)?;
        while start > 0 && !begins_word(bytes, start) {
            start -= 1;
        }
        // Other alphabets have no names that are known here.
        let word = rest.get(start..)?;
        self.rest = rest.get(..start)?;
        Some(word)
    }
}

fn is_separator(character: char) -> bool {
    matches!(character, '_' | '-' | '.' | ':' | ' ' | '[' | ']')
}

/// Returns true if a word begins at `at`: after a separator, at a capital after a small letter, and
/// at the last capital of several that a small letter follows (`APIKey`, `HTTPAuth`).
fn begins_word(bytes: &[u8], at: usize) -> bool {
    let (before, here) = (bytes[at - 1], bytes[at]);
    let next_is_lower = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    is_separator(char::from(before))
        || here.is_ascii_uppercase()
            && (!before.is_ascii_uppercase() || next_is_lower && before.is_ascii_uppercase())
}
