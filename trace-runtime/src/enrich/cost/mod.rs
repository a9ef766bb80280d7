//! The cost of a call: stated by its response, or estimated from its tokens and a table of prices.
//!
//! A stated cost is recorded like the token counts. The estimate is a stage of its own, after the
//! counts that repeat those of descendants were removed: what is left is priced once.

#[cfg(feature = "cost")]
mod call;
#[cfg(feature = "cost")]
mod prices;
mod stated;
#[cfg(not(feature = "cost"))]
mod unpriced;

#[cfg(feature = "cost")]
pub(crate) use prices::Prices;
pub(super) use stated::stated;
#[cfg(not(feature = "cost"))]
pub(crate) use unpriced::Prices;
