//! The abilities of the terminal: width, colours, characters.

use crate::config::Environment;

/// The width if `COLUMNS` does not set another one.
const DEFAULT_WIDTH: usize = 80;
const MIN_WIDTH: usize = 40;
/// Lines that are longer than this are hard to follow.
const MAX_WIDTH: usize = 200;

/// How a trace is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    /// The number of columns of a line.
    pub(super) width: usize,
    pub(super) colour: bool,
    /// False if the locale has no characters beyond ASCII.
    pub(super) unicode: bool,
}

/// A rendition of ECMA-48, from the eight colours that follow the user's theme.
#[derive(Clone, Copy, Debug)]
pub(super) enum Paint {
    Bold,
    Dim,
    Red,
    BoldRed,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
}

impl Style {
    /// Reads `COLUMNS`, `NO_COLOR`, `CLICOLOR_FORCE`, `TERM` and the locale. Returns `None` if
    /// stderr is not a terminal and must not be treated as one.
    pub(super) fn resolve(env: &Environment, is_terminal: bool) -> Option<Self> {
        let value = |name| env.get(name).map(|(_, value)| value);
        let is_forced = value("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        if !is_terminal && !is_forced {
            return None;
        }
        let columns = value("COLUMNS").and_then(|columns| columns.parse().ok());
        let is_dumb = value("TERM") == Some("dumb");
        let locale = value("LC_ALL").or(value("LC_CTYPE")).or(value("LANG"));
        Some(Style {
            width: columns.unwrap_or(DEFAULT_WIDTH).clamp(MIN_WIDTH, MAX_WIDTH),
            colour: value("NO_COLOR").is_none() && (is_forced || !is_dumb),
            unicode: locale.is_none_or(is_utf8),
        })
    }

    /// Wraps a text in a colour, if there are colours.
    pub(super) fn paint(&self, paint: Paint, text: &str) -> String {
        if self.colour && !text.trim().is_empty() {
            format!("\x1b[{}m{text}\x1b[0m", paint.code())
        } else {
            text.to_owned()
        }
    }

    /// Returns a symbol, or its replacement in a locale without it.
    pub(super) fn symbol<'a>(&self, unicode: &'a str, ascii: &'a str) -> &'a str {
        if self.unicode { unicode } else { ascii }
    }

    pub(super) fn ellipsis(&self) -> &'static str {
        self.symbol("…", "...")
    }

    /// Replaces the characters of a text that the locale does not have.
    pub(super) fn encodable(&self, text: &str) -> String {
        if self.unicode || text.is_ascii() {
            return text.to_owned();
        }
        text.replace('→', "->").chars().map(|c| if c.is_ascii() { c } else { '?' }).collect()
    }
}

impl Paint {
    fn code(self) -> &'static str {
        match self {
            Paint::Bold => "1",
            Paint::Dim => "2",
            Paint::Red => "31",
            Paint::BoldRed => "1;31",
            Paint::Green => "32",
            Paint::Yellow => "33",
            Paint::Blue => "34",
            Paint::Magenta => "35",
            Paint::Cyan => "36",
        }
    }
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(variables: &[(&str, &str)], is_terminal: bool) -> Option<(usize, bool, bool)> {
        let style = Style::resolve(&Environment::from_pairs(variables), is_terminal);
        style.map(|style| (style.width, style.colour, style.unicode))
    }

    #[test]
    fn style_follows_the_terminal_and_its_variables() {
        assert_eq!(resolve(&[], true), Some((80, true, true)));
        assert_eq!(resolve(&[], false), None);
        assert_eq!(resolve(&[("CLICOLOR_FORCE", "1")], false), Some((80, true, true)));
        assert_eq!(resolve(&[("CLICOLOR_FORCE", "0")], false), None);
        assert_eq!(resolve(&[("NO_COLOR", "1")], true), Some((80, false, true)));
        assert_eq!(resolve(&[("NO_COLOR", "")], true), Some((80, true, true)));
        let both = [("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")];
        assert_eq!(resolve(&both, false), Some((80, false, true)));
        assert_eq!(resolve(&[("TERM", "dumb")], true), Some((80, false, true)));
    }

    #[test]
    fn style_takes_width_and_characters_from_the_environment() {
        for (columns, width) in [("120", 120), ("1", 40), ("100000", 200), ("wide", 80)] {
            assert_eq!(resolve(&[("COLUMNS", columns)], true), Some((width, true, true)));
        }
        assert_eq!(resolve(&[("LANG", "C")], true), Some((80, true, false)));
        let utf8 = [("LC_ALL", "de_DE.UTF-8"), ("LANG", "C")];
        assert_eq!(resolve(&utf8, true), Some((80, true, true)));
    }
}
