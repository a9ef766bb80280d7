//! Resolves how spans are grouped, and how much memory they may take.

use crate::config::{Environment, RegisterError, Setting, require_bytes};
use crate::delivery::{BatchSettings, SpoolSettings};
use crate::register::builder::Builder;
use std::time::Duration;

/// How long a span that has ended may be in memory alone in durable mode; as long again is left for
/// writing.
const DURABLE_DELAY: Duration = Duration::from_millis(50);

/// First wins: code, `TRACE_QUEUE_BYTES` and the `OTEL_BSP_*` variables, the defaults.
pub(super) fn batch(
    builder: &Builder,
    env: &Environment,
    spool: Option<&SpoolSettings>,
) -> Result<BatchSettings, RegisterError> {
    let queue_spans = env.spans("OTEL_BSP_MAX_QUEUE_SIZE")?;
    let batch = env.spans("OTEL_BSP_MAX_EXPORT_BATCH_SIZE")?.unwrap_or(512);
    let delay = env.milliseconds(&["OTEL_BSP_SCHEDULE_DELAY"])?;
    let queue_bytes = match builder.queue_bytes {
        Some(bytes) => {
            let setting = Setting::Method("queue_bytes");
            require_bytes(setting, bytes, &bytes.to_string())?
        }
        None => env.bytes("TRACE_QUEUE_BYTES")?.unwrap_or(256 << 20),
    };
    let is_durable = spool.is_some_and(|spool| spool.is_durable);
    let longest_delay = if is_durable { DURABLE_DELAY } else { Duration::MAX };
    Ok(BatchSettings {
        queue_bytes,
        queue_spans,
        // Without batching every span wakes the worker; the caller still never waits.
        batch_spans: if builder.batch { batch.min(queue_spans.unwrap_or(batch)) } else { 1 },
        // Small enough for every backend, and for three of them in the smallest queue.
        batch_bytes: (queue_bytes / 8).min(3 << 20),
        delay: delay.unwrap_or(Duration::from_secs(5)).min(longest_delay),
    })
}
