//! The message of an error, without credentials.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

/// Shows an error with its sources, which alone tell the reason, and without the query of the URL,
/// in which some APIs expect the key.
pub(super) struct Failure<'a>(pub(super) &'a ::reqwest::Error);

impl Failure<'_> {
    pub(super) const TYPE: &'static str = "reqwest::Error";
}

/// The number of sources that are shown.
const MAX_SOURCES: usize = 8;

impl Display for Failure<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let message = self.0.to_string();
        match self.0.url() {
            Some(url) => {
                let host = url.host_str().unwrap_or_default();
                let address = format!("{}://{host}{}", url.scheme(), url.path());
                formatter.write_str(&message.replace(url.as_str(), &address))?;
            }
            None => formatter.write_str(&message)?,
        }
        let sources = std::iter::successors(self.0.source(), |error| (*error).source());
        for source in sources.take(MAX_SOURCES) {
            // The source of an error in a body is the error of the client once more.
            if !source.is::<::reqwest::Error>() {
                write!(formatter, ": {source}")?;
            }
        }
        Ok(())
    }
}
