#![doc = include_str!("../README.md")]
//!
//! [`traced`] wraps the HTTP client through which a provider of rig sends. All providers have such a
//! client, so one wrapper serves them all.

mod body;
mod client;
mod failure;

pub use client::{Traced, traced};
