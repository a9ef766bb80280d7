//! Tests of every setting: its precedence, its values, and the error for an invalid one.

mod errors;
mod precedence;
#[cfg(feature = "cost")]
mod prices;
mod propagation;
mod values;

use super::*;
use crate::delivery::{BatchSettings, Compression, Protocol};
use crate::enrich::Limits;
use crate::register::register;
use std::time::Duration;

/// Resolves settings that leave tracing switched on.
fn settings(builder: &Builder, variables: &[(&str, &str)]) -> Settings {
    Settings::resolve(builder, &Environment::from_pairs(variables)).unwrap().expect("switched on")
}

fn otlp(builder: &Builder, variables: &[(&str, &str)]) -> OtlpSettings {
    settings(builder, variables).otlp.expect("an OTLP destination")
}

fn error(builder: &Builder, variables: &[(&str, &str)]) -> String {
    Settings::resolve(builder, &Environment::from_pairs(variables)).unwrap_err().to_string()
}
