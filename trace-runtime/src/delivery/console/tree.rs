//! The order of the rows of one trace, and their place in the tree.

use super::row::{Row, State, Usage};
use opentelemetry::trace::SpanId;
use std::collections::{HashMap, HashSet};

/// A row and its place.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) row: &'a Row,
    /// The number of rows above it, up to a root.
    pub(super) depth: usize,
    /// Bit 0 is set if a sibling follows, and bit `n` if a sibling of the ancestor `n` levels above
    /// follows. Ancestors beyond the 64th are not drawn.
    pub(super) followed: u64,
    pub(super) has_children: bool,
    /// The usage of all rows below.
    pub(super) below: Usage,
    /// True if a child failed with the same message: the error was passed on.
    pub(super) passes_error_on: bool,
    /// The place of the parent in the list.
    parent: Option<usize>,
}

/// Lists rows from top to bottom. Siblings and roots are in the order of their start; a row whose
/// parent is missing, because it has not ended or is remote, is a root.
///
/// A stack on the heap instead of recursion: a trace of a recursive function can be deeper than the
/// stack of this thread.
pub(super) fn nodes(rows: &[Row]) -> Vec<Node<'_>> {
    let known: HashSet<SpanId> = rows.iter().map(|row| row.id).collect();
    let mut children: HashMap<SpanId, Vec<&Row>> = HashMap::new();
    let mut roots = Vec::new();
    for row in rows {
        if known.contains(&row.parent) {
            children.entry(row.parent).or_default().push(row);
        } else {
            roots.push(row);
        }
    }
    let (mut nodes, mut open) = (Vec::with_capacity(rows.len()), Vec::new());
    // Roots have no branch, and so no line to a root that follows.
    push_siblings(&mut open, roots, |row, _| node(row, 0, 0, None));
    while let Some(mut node) = open.pop() {
        let below = children.remove(&node.row.id).unwrap_or_default();
        node.has_children = !below.is_empty();
        let (depth, followed, index) = (node.depth + 1, node.followed << 1, nodes.len());
        nodes.push(node);
        push_siblings(&mut open, below, |row, is_last| {
            self::node(row, depth, followed | u64::from(!is_last), Some(index))
        });
    }
    inform_parents(&mut nodes);
    nodes
}

/// Pushes siblings so that the first one is popped first.
fn push_siblings<'a>(
    open: &mut Vec<Node<'a>>,
    mut rows: Vec<&'a Row>,
    node: impl Fn(&'a Row, bool) -> Node<'a>,
) {
    rows.sort_by_key(|row| row.start);
    let pushed = rows.into_iter().rev().enumerate();
    open.extend(pushed.map(|(index, row)| node(row, index == 0)));
}

fn node(row: &Row, depth: usize, followed: u64, parent: Option<usize>) -> Node<'_> {
    let (has_children, below, passes_error_on) = (false, Usage::default(), false);
    Node { row, depth, followed, has_children, below, passes_error_on, parent }
}

/// Tells each row about those below it, from the last row to the first, so that every row is
/// complete when its parent is told. The usage of a row with tokens includes those below it.
fn inform_parents(nodes: &mut [Node<'_>]) {
    for index in (0..nodes.len()).rev() {
        let (usage, row) = (nodes[index].usage(), nodes[index].row);
        if let Some(parent) = nodes[index].parent.map(|parent| &mut nodes[parent]) {
            parent.below.add(usage);
            let is_error = matches!(row.state, State::Error(_));
            parent.passes_error_on |= is_error && parent.row.state == row.state;
        }
    }
}

impl Node<'_> {
    /// Returns the usage of the row itself, or of the rows below if it has none.
    pub(super) fn usage(&self) -> Usage {
        let (own, below) = (self.row.usage, self.below);
        let priced = if own.cost.is_some() { own } else { below };
        Usage { tokens: own.tokens.or(below.tokens), ..priced }
    }
}
