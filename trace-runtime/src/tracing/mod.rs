//! Support for the crate [`tracing`](https://docs.rs/tracing): its spans join the traces.
//!
//! Many crates are instrumented with `tracing`, among them clients of language models (`rig-core`,
//! `genai` with its feature `otel`). With
//! [`Registration::tracing_layer`](crate::Registration::tracing_layer), their spans are exported by
//! the registration. They are children of the function that calls them and parents of the functions
//! that they call, and their `gen_ai.*` fields become OpenInference attributes, as do the fields of
//! `langchain-rust`. The spans of `swiftide` have a kind and a name only.
//!
//! This module requires the feature `tracing`. The example exports GenAI spans, and the spans and
//! events of the application itself:
//!
//! ```
//! use trace_runtime::tracing::GenAiSpans;
//! use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets};
//! use tracing_subscriber::layer::SubscriberExt;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registration = trace_runtime::register().project_name("travel").verbose(false).install()?;
//! let own = Targets::new().with_target("travel", LevelFilter::INFO);
//! let layer = registration.tracing_layer_with(GenAiSpans.or(own));
//! let subscriber = tracing_subscriber::registry().with(layer);
//! # let _ = subscriber;
//! # Ok(())
//! # }
//! ```

mod described_spans;
mod gen_ai_spans;
mod layer;
mod tracer;

pub use gen_ai_spans::GenAiSpans;
