//! The crate [`tracing`](https://docs.rs/tracing): its spans among ours.
//!
//! Many crates describe what they do with `tracing`, clients of language models among them
//! (`rig-core`, `genai` with its feature `otel`). With
//! [`Registration::tracing_layer`](crate::Registration::tracing_layer) their spans go through the
//! registration: below the span of the function that calls them, above the spans of the functions
//! that they call, and with `gen_ai.*` fields as OpenInference attributes.
//!
//! ```
//! use trace_runtime::tracing::GenAiSpans;
//! use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets};
//! use tracing_subscriber::layer::SubscriberExt;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registration = trace_runtime::register().project_name("travel").verbose(false).install()?;
//! // What speaks GenAI, and the spans and events of one crate of one's own.
//! let mine = Targets::new().with_target("travel", LevelFilter::INFO);
//! let layer = registration.tracing_layer_with(GenAiSpans.or(mine));
//! let subscriber = tracing_subscriber::registry().with(layer);
//! # let _ = subscriber;
//! # Ok(())
//! # }
//! ```

mod gen_ai_spans;
mod layer;
mod tracer;

pub use gen_ai_spans::GenAiSpans;
