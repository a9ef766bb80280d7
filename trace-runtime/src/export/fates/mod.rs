//! Whose a batch is, and that its fate is decided once: each test forces one order of events, with
//! a backend that answers when it is told to.

mod at_the_end;
mod buffered;
mod crowded;
mod disk;
mod of_others;
mod once;
mod run;
mod slow;
mod while_it_runs;

use super::deliver::{Attempt, Failure, Refused};

fn accepted() -> Attempt {
    Attempt::Accepted(Refused::default())
}

fn failure() -> Failure {
    Failure { cause: "status", what: "no".to_owned(), advice: "none".to_owned() }
}
