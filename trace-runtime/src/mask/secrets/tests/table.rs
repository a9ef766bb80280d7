//! The table of forms.

use super::super::alphabet::Alphabet;
use super::super::form::{Form, Proof};
use super::super::forms::{FORMS, SOURCES};
use super::Random;
use std::collections::HashSet;

/// Returns a token of a form, as an issuer would make it.
pub(super) fn sample(form: &Form) -> String {
    let alphabet: &[u8] = match form.alphabet {
        Alphabet::Hex => b"0a1b2c3d4e5f6789",
        Alphabet::Upper => b"0A1B2C3D4E5F6G7H8J9KLMNPQRST",
        _ => b"0a1B2c3D4e5F6g7H8j9KLmNPqRsTuvwXyz",
    };
    let len = form.min.max(form.max.min(40));
    let prefix = form.prefix;
    let mut random =
        Random(prefix.bytes().fold(7, |sum, byte| sum.wrapping_mul(31) + u64::from(byte)));
    format!("{prefix}{}", random.text(len, alphabet))
}

#[test]
fn prefixes_are_unique_and_have_a_source() {
    let prefixes: HashSet<_> = FORMS.iter().map(|form| form.prefix).collect();
    assert_eq!((prefixes.len(), SOURCES.len()), (FORMS.len(), FORMS.len()));
    for (form, (service, source)) in FORMS.iter().zip(SOURCES) {
        assert!(!service.is_empty() && !source.is_empty(), "{}", form.prefix);
        let has_separator = form.prefix.contains(['-', '_', '.', '~', ':']);
        assert!(has_separator || form.proof != Proof::Prefix, "{}", form.prefix);
        assert!(form.min <= form.max && form.prefix.len() + form.min >= 15, "{}", form.prefix);
    }
}
