//! The first column: branch, kind, name and model.

use super::{branch, kind_paint};
use crate::delivery::console::row::State;
use crate::delivery::console::style::{Paint, Style};
use crate::delivery::console::tree::Node;
use crate::readable::{fitted, width};

/// A model that is cut to fewer columns is left out.
const MIN_MODEL: usize = 4;

/// The parts of the first column.
pub(super) struct Label {
    branch: String,
    /// With a space at its end, or empty.
    kind: String,
    name: String,
    model: String,
    kind_paint: Paint,
    name_paint: Paint,
}

impl Label {
    pub(super) fn of(node: &Node<'_>, style: Style) -> Self {
        let row = node.row;
        let kind = row.kind.as_ref().map(|kind| kind.to_lowercase() + " ");
        let is_error = matches!(row.state, State::Error(_));
        Label {
            branch: branch(node, style),
            kind: style.encodable(&kind.unwrap_or_default()),
            name: style.encodable(&row.name),
            model: style.encodable(row.model.as_deref().unwrap_or_default()),
            kind_paint: kind_paint(row),
            name_paint: if is_error { Paint::BoldRed } else { Paint::Bold },
        }
    }

    /// Returns the width of the whole label.
    pub(super) fn width(&self) -> usize {
        let model = if self.model.is_empty() { 0 } else { 2 + width(&self.model) };
        width(&self.branch) + width(&self.kind) + width(&self.name) + model
    }

    /// Renders the label in exactly `room` columns. The model is cut first, then the name.
    pub(super) fn render(&self, room: usize, style: Style) -> String {
        let mut rest = room;
        let mut take = |text: &str| {
            let text = fitted(text, rest, style.ellipsis());
            rest -= width(&text);
            text
        };
        let (branch, kind, name) = (take(&self.branch), take(&self.kind), take(&self.name));
        let mut text = style.paint(Paint::Dim, &branch)
            + &style.paint(self.kind_paint, &kind)
            + &style.paint(self.name_paint, &name);
        if !self.model.is_empty() && rest >= 2 + MIN_MODEL {
            let model = fitted(&self.model, rest - 2, style.ellipsis());
            rest -= 2 + width(&model);
            text += &format!("  {}", style.paint(Paint::Dim, &model));
        }
        text + &" ".repeat(rest)
    }
}
