//! Tests that expand macros in process, without a compiler: `messages` for mistakes, `generated`
//! for correct annotations, `traced` for `traced!`, and `snapshots` for whole expansions.

mod generated;
mod messages;
mod snapshots;
mod traced;
