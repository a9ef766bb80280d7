#![doc = include_str!("../README.md")]
//!
//! [`traced`] wraps the HTTP client of the SDK. Requests to other services of AWS pass untouched, so
//! that the client may be shared.

mod body;
mod client;

pub use client::{Traced, traced};
