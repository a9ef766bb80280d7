//! The corpora of secrets and of harmless texts, and what holds for every text.

mod corpus;
mod names;
mod plain;
mod properties;
mod table;

/// Returns the lines of a corpus, without comments, with escapes decoded.
fn lines(corpus: &'static str) -> impl Iterator<Item = String> {
    let lines = corpus.lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    lines.map(|line| line.replace("\\e", "\x1b"))
}

/// The texts with a secret: the text, and its secret.
fn secrets() -> Vec<(String, String)> {
    let marked = lines(include_str!("secrets.txt")).map(|line| {
        let (before, rest) = line.split_once('«').expect("a secret begins");
        let (secret, after) = rest.split_once('»').expect("a secret ends");
        (format!("{before}{secret}{after}"), secret.to_owned())
    });
    let forms = super::forms::FORMS.iter().map(|form| {
        let token = table::sample(form);
        (format!("with {token} inside"), token)
    });
    marked.chain(forms).collect()
}

/// A generator of numbers with a fixed seed, so that a failure is reproducible.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("below")
    }

    fn text(&mut self, len: usize, alphabet: &[u8]) -> String {
        (0..len).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }
}
