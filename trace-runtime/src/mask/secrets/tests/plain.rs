//! A text that begins with words has the findings of a search that reads all of it.

use super::super::{plain, redact, search, search_from};
use super::{Random, lines, secrets};

/// Beginnings without a mark: words, names of secrets without a value, and other alphabets.
const BEGINNINGS: [&str; 8] = [
    "The capital of France is Paris, the largest city.\n",
    "the password is  ",
    "Bearer of good news ",
    "the ENV token key secret ",
    "Die Würde des Menschen ist unantastbar. ",
    "吾輩は猫である。名前はまだ無い。",
    "a ",
    "                    ",
];

/// Returns at least `len` bytes of a beginning, and at most three more.
fn beginning(of: &str, len: usize) -> String {
    let mut text = of.repeat(len / of.len() + 2);
    let cut = (len..len + 4).find(|at| text.is_char_boundary(*at)).expect("a boundary");
    text.truncate(cut);
    text
}

/// Fails if the beginning of a text hides a finding or an escape.
fn assert_same(text: &str) {
    let (mut all, mut rest) = (Vec::new(), Vec::new());
    let is_suspect = search_from(text, 0, &mut all);
    assert_eq!((search(text, &mut rest), rest), (is_suspect, all), "{text}");
}

#[test]
fn secret_after_words_is_found_at_every_place_in_a_chunk() {
    let harmless = lines(include_str!("harmless.txt"));
    let texts = secrets().into_iter().map(|(text, _)| text).chain(harmless);
    let mut skipped = 0;
    for (index, text) in texts.enumerate() {
        for offset in (index % 8..64).step_by(8) {
            let words = beginning(BEGINNINGS[(index + offset) % BEGINNINGS.len()], 96 + offset);
            let whole = format!("{words}{text} {words}");
            skipped += usize::from(plain::beginning(whole.as_bytes()) >= 64);
            assert_same(&whole);
        }
    }
    assert!(skipped > 5_000, "{skipped}");
}

#[test]
fn secret_in_a_sentence_is_found_with_any_words_around() {
    const PIECES: [&str; 28] = [
        "password ",
        "secret ",
        "api key ",
        "token ",
        "seed phrase ",
        "bearer ",
        "Bearer ",
        "ENV ",
        "is ",
        "was ",
        "to ",
        "is: ",
        "hunter2 ",
        "swordfish ",
        "AbCdEfGhIjKlMnOp ",
        "s3cr3t! ",
        "words ",
        "Words, ",
        "of a\n",
        "     ",
        "\t",
        "\\n",
        "\u{1b}",
        "é",
        "x",
        "'",
        "-",
        "=",
    ];
    let mut random = Random(5);
    for _ in 0..20_000 {
        let words = BEGINNINGS[random.below(BEGINNINGS.len())];
        let mut text = beginning(words, random.below(200));
        text.extend((0..10).map(|_| PIECES[random.below(PIECES.len())]));
        text.push_str(&beginning("and so on ", random.below(80)));
        assert_same(&text);
    }
}

#[test]
fn late_mark_in_a_sentence_is_found_with_its_name() {
    for len in 64..128 {
        let begin = beginning("words ", len);
        for (spaces, letters) in [(1, 90), (40, 9), (90, 90), (300, 500)] {
            let (space, value) = (" ".repeat(spaces), "abcde".repeat(letters / 5));
            for sentence in ["the password is VALUE7", "the secret was VALUE7!", "Bearer VALUE7"] {
                let sentence = sentence.replace(' ', &space).replace("VALUE", &value);
                let text = format!("{begin} {sentence} and so on {}", "words ".repeat(20));
                assert_same(&text);
                assert!(redact(&text).is_some(), "{text}");
            }
        }
    }
}

#[test]
fn token_without_a_digit_is_found_at_every_place_in_a_chunk() {
    let token = "cioabcdEfghiJklmnOpqrsTuvwxYzabcDef";
    for len in 0..64 {
        let text = format!("{}: {token} {}", "x ".repeat(len), "words ".repeat(20));
        assert!(redact(&text).is_some(), "{text}");
    }
}

#[test]
fn beginning_ends_before_the_chunk_of_the_first_mark() {
    for byte in 0..=0x7f_u8 {
        let character = char::from(byte);
        let is_word = character.is_ascii_alphabetic() || " ,.`".contains(character);
        let is_plain = is_word || character.is_ascii_control() && byte != 0x1b && byte != 0x7f;
        for at in [0, 1, 63, 64, 65, 127, 128, 190, 198] {
            let mut text = vec![b' '; 199];
            text[at] = byte;
            let expected = if is_plain { 199 } else { at.saturating_sub(1) / 64 * 64 };
            assert_eq!(plain::beginning(&text), expected, "{character:?} at {at}");
        }
    }
    for (word, is_plain) in [("Paris", true), ("É", true), ("ENV", false), ("camelCase", false)] {
        let text = format!("{} {word}", "words ".repeat(30));
        assert_eq!(plain::beginning(text.as_bytes()) == text.len(), is_plain, "{word}");
    }
}
