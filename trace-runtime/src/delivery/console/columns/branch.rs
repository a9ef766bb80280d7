//! The lines that connect a span with its parent.

use crate::delivery::console::style::Style;
use crate::delivery::console::tree::Node;

/// The number of levels that are drawn. Deeper spans are drawn at this depth, after a mark.
const MAX_LEVELS: usize = 8;

/// Returns the lines on the left of a span: `│  ├─ `.
pub(super) fn branch(node: &Node<'_>, style: Style) -> String {
    let mut text = above(node, style);
    if node.depth > 0 {
        text += if node.followed & 1 == 1 {
            style.symbol("├─ ", "|- ")
        } else {
            style.symbol("└─ ", "`- ")
        };
    }
    text
}

/// Returns the lines on the left of further text of the same span: `│  │  │  `.
pub(super) fn branch_below(node: &Node<'_>, style: Style) -> String {
    let mut text = above(node, style);
    if node.depth > 0 {
        text += level(node.followed & 1 == 1, style);
    }
    text + level(node.has_children, style)
}

/// Returns the lines of the ancestors.
fn above(node: &Node<'_>, style: Style) -> String {
    let drawn = node.depth.min(MAX_LEVELS);
    let mark = if node.depth > MAX_LEVELS { style.symbol("⋯ ", "~ ") } else { "" };
    let levels =
        (1..drawn).rev().map(|level_above| level(node.followed >> level_above & 1 == 1, style));
    mark.to_owned() + &levels.collect::<String>()
}

fn level(is_followed: bool, style: Style) -> &'static str {
    if is_followed { style.symbol("│  ", "|  ") } else { "   " }
}
