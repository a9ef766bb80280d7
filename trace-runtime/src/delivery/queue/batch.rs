//! An encoded batch on its way.

use crate::delivery::body::Body;

/// A batch that waits to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    /// What the account knows it by.
    pub(crate) id: u64,
    pub(crate) spans: u64,
    pub(crate) body: Body,
}
