//! Types for recording the content of a span explicitly: messages, tools, token counts, models,
//! documents, embeddings and prompt templates.
//!
//! Most LLM spans need none of them, since the same attributes are derived from the JSON that a
//! client exchanges with its API (see `docs/attributes.md`). Use these types for an API that is not
//! recognized, or where the program knows more than the JSON. Recorded values take precedence over
//! derived ones.
//!
//! A value is recorded in one of three ways:
//!
//! - on the current span, with [`CurrentSpan::record`](crate::CurrentSpan::record);
//! - as an argument or the result of an annotated function, which is recorded automatically;
//! - as part of your own type that implements [`Record`].
//!
//! ```
//! use trace_runtime::record::{
//!     AssistantMessage, InputMessages, OutputMessages, TokenCount, UserMessage,
//! };
//!
//! #[trace_runtime::llm(skip_all)]
//! fn ask(question: &str) -> String {
//!     let span = trace_runtime::current_span();
//!     span.record(&InputMessages::default().message(UserMessage::new(question)));
//!     let answer = "Hello".to_owned();
//!     span.record(&OutputMessages::from_iter([AssistantMessage::new(answer.as_str())]));
//!     span.record(&TokenCount::new(9, 2));
//!     answer
//! }
//! # ask("Hello?");
//! ```
//!
//! The attribute keys are those of OpenInference. A list has one group of keys for each item, with
//! the position of the item in the key: `llm.input_messages.0.message.role`.
//!
//! | attributes | types |
//! |---|---|
//! | `llm.input_messages`, `llm.output_messages` | [`InputMessages`], [`OutputMessages`] |
//! | `llm.tools` | [`Tools`] |
//! | `llm.token_count` | [`TokenCount`] |
//! | `llm.cost` | [`Cost`] |
//! | `llm.model_name`, `llm.system`, `llm.provider` | [`LlmModel`] |
//! | `llm.invocation_parameters` | [`InvocationParameters`] |
//! | `llm.finish_reason` | [`FinishReason`] |
//! | `llm.prompt_template` | [`PromptTemplate`] |
//! | `retrieval.documents` | [`RetrievedDocuments`] |
//! | `reranker` | [`RerankerInput`], [`RerankedDocuments`] |
//! | `embedding` | [`Embeddings`] |
//! | keys of your choice | [`Attributes::set`] |

mod attribute_value;
mod attributes;
mod content;
mod cost;
mod document;
mod embedding;
mod json;
mod media;
mod message;
mod message_lists;
mod model;
mod probe;
mod prompt_template;
mod token_count;
mod tool;

pub use attribute_value::AttributeValue;
pub use attributes::Attributes;
pub use content::{AssistantPart, Content, Part, Reasoning};
pub use cost::Cost;
pub use document::{Document, RerankedDocuments, RerankerInput, RetrievedDocuments};
pub use embedding::{Embedding, Embeddings};
pub use json::Json;
pub(crate) use media::data_url;
pub use media::{Audio, Image, Video};
pub use message::{AssistantMessage, Message, SystemMessage, ToolMessage, UserMessage};
pub(crate) use message_lists::{Choices, OutputImages, ParsedMessages, Prompts};
pub use message_lists::{InputMessages, OutputMessages};
pub use model::{FinishReason, InvocationParameters, LlmModel};
#[doc(hidden)]
pub use probe::{RecordProbe, Recorded};
pub use prompt_template::PromptTemplate;
pub use token_count::TokenCount;
pub use tool::{Tool, ToolCall, Tools};

use std::rc::Rc;
use std::sync::Arc;

/// A value that is recorded as attributes of a span.
///
/// If an argument or the result of an annotated function implements this trait, its attributes are
/// added to the span. Its text is still recorded in `input.value` or `output.value`.
///
/// ```
/// use trace_runtime::record::{Attributes, Record, TokenCount};
///
/// #[derive(serde::Serialize)]
/// struct Answer {
///     text: String,
///     input_tokens: u64,
///     output_tokens: u64,
/// }
///
/// impl Record for Answer {
///     fn record(&self, attributes: &mut Attributes) {
///         attributes.record(&TokenCount::new(self.input_tokens, self.output_tokens));
///         attributes.set("answer.words", self.text.split(' ').count());
///     }
/// }
///
/// #[trace_runtime::llm]
/// fn ask(question: &str) -> Answer {
///     Answer { text: question.to_owned(), input_tokens: 9, output_tokens: 2 }
/// }
/// # ask("why");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be recorded on a span",
    label = "expected a type of `trace_runtime::record`, or a type that implements `Record`",
    note = "wrap messages in `InputMessages` or `OutputMessages`, tools in `Tools`, documents in \
            `RetrievedDocuments`, `RerankerInput` or `RerankedDocuments`"
)]
pub trait Record {
    /// Writes the attributes. If this panics, the panic is caught and the attributes that were
    /// written before it are kept.
    fn record(&self, attributes: &mut Attributes);
}

/// `None` records nothing.
impl<T: Record> Record for Option<T> {
    fn record(&self, attributes: &mut Attributes) {
        if let Some(value) = self {
            value.record(attributes);
        }
    }
}

/// Pointers record the value that they point to.
macro_rules! forward_record {
    ($($pointer:ty),*) => {$(
        impl<T: Record + ?Sized> Record for $pointer {
            fn record(&self, attributes: &mut Attributes) {
                (**self).record(attributes);
            }
        }
    )*};
}

forward_record!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);
