//! Resolves the settings that all destinations share.

use crate::config::{Environment, RegisterError, Setting, require_bytes};
use crate::delivery::{BatchSettings, DeliverySettings, MAX_TIMEOUT, SpoolSettings};
use crate::enrich::{Limits, Transform};
use crate::mask::MaskSettings;
use crate::register::builder::Builder;
use std::time::Duration;

/// Resolves the settings that all destinations share.
pub(super) fn delivery(
    builder: &Builder,
    env: &Environment,
) -> Result<DeliverySettings, RegisterError> {
    let gen_ai = env.boolean("OPENINFERENCE_ENABLE_GENAI_SEMCONV")?;
    let spool = spool(builder, env)?;
    Ok(DeliverySettings {
        batch: batch(builder, env, spool.as_ref())?,
        spool,
        stages: Transform {
            limits: limits(env)?,
            gen_ai: builder.gen_ai.or(gen_ai).unwrap_or(false),
            mask: MaskSettings::resolve(builder.mask.as_ref(), env)?,
        },
        timeout: builder.shutdown_timeout.min(MAX_TIMEOUT),
    })
}

/// How long a span that has ended may be in memory alone in durable mode; as long again is left for
/// writing.
const DURABLE_DELAY: Duration = Duration::from_millis(50);

/// First wins: code, `TRACE_QUEUE_BYTES` and the `OTEL_BSP_*` variables, the defaults.
fn batch(
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

/// First wins: code, `TRACE_SPOOL_DIR` and `TRACE_SPOOL_BYTES`, nothing on disk.
fn spool(builder: &Builder, env: &Environment) -> Result<Option<SpoolSettings>, RegisterError> {
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

/// First wins: the variables for spans, those for all signals, the defaults.
fn limits(env: &Environment) -> Result<Limits, RegisterError> {
    let value_bytes = env.number(
        &["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"],
        "a number of bytes, write for example 1048576",
    )?;
    let attributes = env.number(
        &["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"],
        "a number of attributes, write for example 10000",
    )?;
    Ok(Limits {
        value_bytes: value_bytes.unwrap_or(1 << 20),
        attributes: attributes.unwrap_or(10_000),
    })
}
