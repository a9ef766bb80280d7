//! Text on one line of a terminal: without control characters, and of a known width.

/// Puts a text on one line: white space and control characters become single spaces.
///
/// A model or a web page may have written the text. Escape sequences could move the cursor, set the
/// title of the window or imitate other output; characters that change the direction of text could
/// reorder the rest of the line. None of them remain.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_whitespace() || character.is_control() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !is_invisible(character) {
            line.push(character);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Returns true for characters without a glyph: marks of direction, joiners, tags, separators.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Returns the number of columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Shortens a text to a width, and marks the cut with `ellipsis`.
pub(crate) fn fitted(text: &str, room: usize, ellipsis: &str) -> String {
    // A long text need not be measured to its end.
    let mut taken = 0;
    let fits = text.chars().all(|character| {
        taken += columns(character);
        taken <= room
    });
    if fits {
        return text.to_owned();
    }
    let Some(room) = room.checked_sub(width(ellipsis)) else { return String::new() };
    let start = start(text, room);
    format!("{}{ellipsis}", start.trim_end())
}

/// Breaks a text into lines of a width, between words if possible. At most `max` lines are
/// returned; the last one is marked if there is more.
pub(crate) fn wrapped(text: &str, room: usize, max: usize, ellipsis: &str) -> Vec<String> {
    let (mut lines, mut rest) = (Vec::new(), text.trim());
    while !rest.is_empty() && lines.len() < max {
        if lines.len() + 1 == max {
            lines.push(fitted(rest, room, ellipsis));
            break;
        }
        let mut line = start(rest, room);
        if line.is_empty() {
            break;
        }
        if line.len() < rest.len()
            && let Some(space) = line.rfind(' ').filter(|space| *space > 0)
            && !rest[line.len()..].starts_with(' ')
        {
            line = &line[..space];
        }
        lines.push(line.trim_end().to_owned());
        rest = rest[line.len()..].trim_start();
    }
    lines
}

/// Returns the start of a text that takes at most `room` columns.
fn start(text: &str, room: usize) -> &str {
    let mut taken = 0;
    let end = text.char_indices().find(|(_, character)| {
        taken += columns(*character);
        taken > room
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// Returns the number of columns of a character. The ranges cover the scripts and symbols in use;
/// for a rare character of another width, the end of the line is off by a column.
fn columns(character: char) -> usize {
    match character {
        // Combining marks and variation selectors.
        '\u{300}'..='\u{36f}'
        | '\u{483}'..='\u{489}'
        | '\u{591}'..='\u{5bd}'
        | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}'
        | '\u{e31}'
        | '\u{e34}'..='\u{e3a}'
        | '\u{e47}'..='\u{e4e}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}' => 0,
        // East Asian scripts and emoji.
        '\u{1100}'..='\u{115f}'
        | '\u{231a}'..='\u{231b}'
        | '\u{23e9}'..='\u{23ec}'
        | '\u{2614}'..='\u{2615}'
        | '\u{26a1}'
        | '\u{2705}'
        | '\u{274c}'
        | '\u{2728}'
        | '\u{2753}'..='\u{2757}'
        | '\u{2b50}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{33ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{a4cf}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff01}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f004}'
        | '\u{1f0cf}'
        | '\u{1f18e}'..='\u{1f19a}'
        | '\u{1f1e6}'..='\u{1f6ff}'
        | '\u{1f7e0}'..='\u{1f7eb}'
        | '\u{1f900}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_with_hostile_characters_keeps_visible_ones_only() {
        let hostile = "a\u{1b}[31mred\u{7}\r\n\t b\u{9b}2J\u{202e}cba\u{2066}\u{200b}c\u{7f}";
        assert_eq!(one_line(hostile), "a [31mred b 2Jcbac");
        assert_eq!(one_line("\u{1b}]0;title\u{1b}\\"), "]0;title \\");
    }

    #[test]
    fn fitted_text_of_wide_characters_never_exceeds_the_width() {
        assert_eq!(fitted("東京の天気", 10, "…"), "東京の天気");
        assert_eq!(fitted("東京の天気は", 10, "…"), "東京の天…");
        assert_eq!(fitted("cafe\u{301}", 4, "…"), "cafe\u{301}");
        assert_eq!(fitted("long text", 5, "..."), "lo...");
        assert_eq!(fitted("long", 0, "…"), "");
        for room in 0..20 {
            assert!(width(&fitted("a 東京 🎉 e\u{301} b c d e f", room, "…")) <= room);
        }
    }

    #[test]
    fn wrapped_text_breaks_between_words() {
        assert_eq!(wrapped("one two three", 7, 5, "…"), ["one two", "three"]);
        assert_eq!(wrapped("one two three", 6, 5, "…"), ["one", "two", "three"]);
        assert_eq!(wrapped("abcdefghij", 4, 5, "…"), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("one two three four", 5, 2, "…"), ["one", "two…"]);
        assert_eq!(wrapped("東京", 1, 5, "…"), Vec::<String>::new());
    }
}
