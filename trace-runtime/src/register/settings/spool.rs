//! Resolves where spans are kept that cannot be delivered.

use crate::config::{Environment, RegisterError, Setting, require_bytes};
use crate::delivery::SpoolSettings;
use crate::register::builder::Builder;

/// First wins: code, `TRACE_SPOOL_DIR` and `TRACE_SPOOL_BYTES`, nothing on disk.
pub(super) fn spool(
    builder: &Builder,
    env: &Environment,
) -> Result<Option<SpoolSettings>, RegisterError> {
    let from_env = env.get("TRACE_SPOOL_DIR").map(|(setting, path)| (setting, path.into()));
    let in_code = builder.spool.clone().map(|path| (Setting::Method("spool"), path));
    let bytes = match builder.spool_bytes {
        Some(bytes) => {
            let found = bytes.to_string();
            require_bytes(Setting::Method("spool_bytes"), bytes, &found)?
        }
        None => env.bytes("TRACE_SPOOL_BYTES")?.unwrap_or(1 << 30),
    };
    match in_code.or(from_env) {
        Some((setting, path)) => {
            let (bytes, is_durable) = (bytes as u64, builder.durable);
            Ok(Some(SpoolSettings { path, setting, bytes, is_durable }))
        }
        None if builder.durable => Err(Setting::Method("durable")
            .invalid("true", "a folder to write to: call `spool(..)`, or set TRACE_SPOOL_DIR")),
        None => Ok(None),
    }
}
