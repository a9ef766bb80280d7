//! A half-written expression has the compiler's own error.

use trace_runtime::traced;

fn main() {
    let text = String::new();
    let _ = traced!(llm, text.); //~ ERROR unexpected token
}
