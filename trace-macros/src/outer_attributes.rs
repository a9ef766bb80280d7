//! Reads the attributes that precede a function or an argument: doc comments and `#[cfg(..)]`.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// Returns the text of the doc comments among `attributes`, without the space after each `///`.
///
/// Input: `#[doc = " Looks up a city."] #[must_use] #[doc = " It may be slow."]`.
/// Output: `"Looks up a city.\nIt may be slow."`.
pub(crate) fn doc_comment(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes.iter().filter_map(doc_line).collect();
    lines.join("\n").trim().to_owned()
}

/// Removes the doc comments from `attributes` and returns their text.
pub(crate) fn take_doc_comment(attributes: &mut Vec<Attribute>) -> String {
    let is_doc = |attribute: &Attribute| attribute.path().is_ident("doc");
    let (docs, others) = attributes.drain(..).partition(is_doc);
    *attributes = others;
    doc_comment(&docs)
}

/// Returns the `#[cfg(..)]` among `attributes`. Generated code that names the item needs the same
/// ones: a build without the item must not have the code either.
pub(crate) fn cfg_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"))
}

/// Removes `#[allow(..)]`, `#[expect(..)]`, `#[warn(..)]` and `#[deny(..)]` from `attributes` and
/// returns them.
pub(crate) fn take_lint_attributes(attributes: &mut Vec<Attribute>) -> Vec<Attribute> {
    let is_lint_level = |attribute: &Attribute| {
        let levels = ["allow", "expect", "warn", "deny"];
        levels.iter().any(|level| attribute.path().is_ident(level))
    };
    let (lints, others) = attributes.drain(..).partition(is_lint_level);
    *attributes = others;
    lints
}

/// Returns the text of one `#[doc = "text"]`. `#[doc = include_str!(..)]` is not a literal and
/// yields `None`, since a macro cannot read the file.
fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &meta.value else { return None };
    let line = line.value();
    meta.path.is_ident("doc").then(|| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned())
}
