//! Remembers which names of arguments are those of secrets.

use super::secrets::is_secret_name;
use std::cell::Cell;
use std::ptr;

/// The number of names that a thread remembers.
const NAMES: usize = 64;

thread_local! {
    /// Names with their answers, at the index that their address gives. A name is a literal, so its
    /// address stays its own as long as the program runs.
    static KNOWN: [Cell<(&'static str, bool)>; NAMES] = const { [const { Cell::new(("", false)) }; NAMES] };
}

/// Returns true if the name of an argument is the name of a secret, as [`is_secret_name`] does.
///
/// Every recorded call asks this for its arguments: about 800 instructions to read a name, and 20 to
/// remember it (callgrind).
#[inline]
pub(crate) fn is_secret_argument(name: &'static str) -> bool {
    let index = (name.as_ptr().addr() ^ name.len()) % NAMES;
    KNOWN.with(|known| {
        let (known_name, is_secret) = known[index].get();
        if ptr::eq(known_name, name) { is_secret } else { remember(&known[index], name) }
    })
}

#[cold]
fn remember(place: &Cell<(&'static str, bool)>, name: &'static str) -> bool {
    let is_secret = is_secret_name(name);
    place.set((name, is_secret));
    is_secret
}

#[cfg(test)]
mod tests {
    use super::{NAMES, is_secret_argument};

    #[test]
    fn remembered_names_have_the_answers_of_the_first_look() {
        for _ in 0..3 {
            assert!(is_secret_argument("password") && is_secret_argument("api_key"));
            assert!(!is_secret_argument("question") && !is_secret_argument(""));
        }
    }

    #[test]
    fn names_that_share_an_address_or_a_place_are_told_apart() {
        let text = "password_of_the_user".repeat(NAMES).leak();
        for length in 0..text.len() {
            let name = &text[..length];
            assert_eq!(is_secret_argument(name), super::is_secret_name(name), "{name}");
        }
    }
}
