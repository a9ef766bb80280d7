//! Resolves the settings that all destinations share: memory, batches, spool and limits.

use super::prices::prices;
use crate::config::{Environment, RegisterError, Setting, require_bytes};
use crate::delivery::{BatchSettings, DeliverySettings, MAX_TIMEOUT, SpoolSettings};
use crate::enrich::{Limits, Stages};
use crate::mask::MaskSettings;
use crate::register::builder::Builder;
use std::time::Duration;

/// The longest delay of a batch in durable mode. It promises that spans are on disk within 100 ms:
/// half of that is for waiting, the other half for writing.
const MAX_DURABLE_DELAY: Duration = Duration::from_millis(50);

/// These two are the defaults of the batch processor in the SDK specification.
const DEFAULT_DELAY: Duration = Duration::from_secs(5);
const DEFAULT_BATCH_SPANS: usize = 512;
/// Below the 4 MiB that gRPC servers accept by default, the lowest limit of the backends.
const MAX_BATCH_BYTES: usize = 3 << 20;
const DEFAULT_QUEUE_BYTES: usize = 256 << 20;
const DEFAULT_SPOOL_BYTES: usize = 1 << 30;
/// The longest value of an attribute. The SDK has no limit, but a request with an endless value is
/// rejected by every backend.
const DEFAULT_VALUE_BYTES: usize = 1 << 20;
/// Far above the SDK's default of 128: the messages of a chat have an attribute for each field.
const DEFAULT_ATTRIBUTES: usize = 10_000;

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
        stages: Stages {
            prices: prices(builder, env)?,
            limits: Some(limits(env)?),
            gen_ai: builder.gen_ai.or(gen_ai).unwrap_or(false),
            additions: &[],
            mask: Some(MaskSettings::resolve(builder.mask.as_ref(), env)?),
        },
        timeout: builder.shutdown_timeout.min(MAX_TIMEOUT),
    })
}

/// Resolves the queue and its batches. Precedence: code, then `TRACE_QUEUE_BYTES` and the
/// `OTEL_BSP_*` variables of the SDK, then the defaults.
fn batch(
    builder: &Builder,
    env: &Environment,
    spool: Option<&SpoolSettings>,
) -> Result<BatchSettings, RegisterError> {
    let queue_spans = env.spans("OTEL_BSP_MAX_QUEUE_SIZE")?;
    let batch = env.spans("OTEL_BSP_MAX_EXPORT_BATCH_SIZE")?.unwrap_or(DEFAULT_BATCH_SPANS);
    let delay = env.milliseconds(&["OTEL_BSP_SCHEDULE_DELAY"])?;
    let queue_bytes = match builder.queue_bytes {
        Some(bytes) => {
            let setting = Setting::Method("queue_bytes");
            require_bytes(setting, bytes, &bytes.to_string())?
        }
        None => env.bytes("TRACE_QUEUE_BYTES")?.unwrap_or(DEFAULT_QUEUE_BYTES),
    };
    let is_durable = spool.is_some_and(|spool| spool.is_durable);
    let max_delay = if is_durable { MAX_DURABLE_DELAY } else { Duration::MAX };
    Ok(BatchSettings {
        queue_bytes,
        queue_spans,
        // A batch of one span wakes the worker for each span; the caller still does not wait. A
        // batch must not be larger than the queue, or it would never be full.
        batch_spans: if builder.batch { batch.min(queue_spans.unwrap_or(batch)) } else { 1 },
        // The queue holds several batches even if it is small, so that one can be filled while
        // another is in flight.
        batch_bytes: (queue_bytes / 8).min(MAX_BATCH_BYTES),
        delay: delay.unwrap_or(DEFAULT_DELAY).min(max_delay),
    })
}

/// Resolves the spool. Precedence: code, then `TRACE_SPOOL_DIR` and `TRACE_SPOOL_BYTES`, then no
/// spool: the library writes to the disk only on request.
fn spool(builder: &Builder, env: &Environment) -> Result<Option<SpoolSettings>, RegisterError> {
    let from_env = env.get("TRACE_SPOOL_DIR").map(|(setting, path)| (setting, path.into()));
    let in_code = builder.spool.clone().map(|path| (Setting::Method("spool"), path));
    let bytes = match builder.spool_bytes {
        Some(bytes) => {
            let found = bytes.to_string();
            require_bytes(Setting::Method("spool_bytes"), bytes, &found)?
        }
        None => env.bytes("TRACE_SPOOL_BYTES")?.unwrap_or(DEFAULT_SPOOL_BYTES),
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

/// Resolves the size limits of a span. Precedence: the variables for spans, then those for all
/// signals, then the defaults.
fn limits(env: &Environment) -> Result<Limits, RegisterError> {
    let value_bytes = env.number(
        &["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"],
        "a number of bytes, for example 1048576",
    )?;
    let attributes = env.number(
        &["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"],
        "a number of attributes, for example 10000",
    )?;
    Ok(Limits {
        value_bytes: value_bytes.unwrap_or(DEFAULT_VALUE_BYTES),
        attributes: attributes.unwrap_or(DEFAULT_ATTRIBUTES),
    })
}
