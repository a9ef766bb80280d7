//! Stops a `Debug` or `Display` implementation that recurses without end.
//!
//! `JsonSafe` counts the levels of `Serialize`, since each passes through a serializer. `Debug` has
//! nothing to count, but every level of a derived implementation writes a text, and a write knows
//! how much of the stack lies between it and the beginning. A level that writes nothing is not
//! noticed.

use super::bounded::BoundedText;
use std::fmt;
use std::hint::black_box;

/// The stack that an implementation may use. Threads of the standard library have 2 MiB.
const MAX_STACK_BYTES: usize = 256 << 10;

/// A text whose writer receives an error once it is too deep in the stack.
pub(super) struct StackLimited {
    pub(super) text: BoundedText,
    start: usize,
    is_exceeded: bool,
}

impl StackLimited {
    pub(super) fn new(text: BoundedText) -> Self {
        StackLimited { text, start: stack_position(), is_exceeded: false }
    }

    /// Returns true if the writer received an error because it was too deep in the stack.
    pub(super) fn is_exceeded(&self) -> bool {
        self.is_exceeded
    }
}

impl fmt::Write for StackLimited {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if stack_position().abs_diff(self.start) > MAX_STACK_BYTES {
            self.is_exceeded = true;
            return Err(fmt::Error);
        }
        self.text.write_str(text)
    }
}

/// Returns the position of the caller in its stack, give or take a frame.
#[inline(never)]
fn stack_position() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(black_box(&here)).addr()
}
