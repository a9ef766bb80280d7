//! What an LLM span says, by hand: messages, tool calls, tokens, documents and the like, as types
//! that become the attributes of OpenInference.
//!
//! Most of it is filled in without a word, from the JSON that a client exchanges with its API (see
//! `docs/attributes.md`). What is recorded here wins over that, for those who know better:
//!
//! - on the current span, with [`CurrentSpan::record`](crate::CurrentSpan::record);
//! - as an argument or the result of an annotated function, which is recorded without a call;
//! - from a type of one's own that implements [`Record`].
//!
//! ```
//! use trace_runtime::record::{InputMessages, OutputMessages, AssistantMessage, TokenCount, UserMessage};
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
//! # ask("Say hello");
//! ```

mod attribute_value;
mod attributes;
mod content;
mod document;
mod embedding;
mod json;
mod media;
mod message;
mod model;
mod probe;
mod prompt_template;
mod token_count;
mod tool;

pub use attribute_value::AttributeValue;
pub use attributes::Attributes;
pub use content::{AssistantPart, Content, Part, Reasoning};
pub use document::{Document, RerankedDocuments, RerankerInput, RetrievedDocuments};
pub use embedding::{Embedding, Embeddings};
pub use json::Json;
pub(crate) use media::data_url;
pub use media::{Audio, Image, Video};
pub(crate) use message::{Answer, Choices, Prompts};
pub use message::{
    AssistantMessage, InputMessages, Message, OutputMessages, SystemMessage, ToolMessage,
    UserMessage,
};
pub use model::{FinishReason, InvocationParameters, LlmModel};
#[doc(hidden)]
pub use probe::{RecordProbe, Recorded};
pub use prompt_template::PromptTemplate;
pub use token_count::TokenCount;
pub use tool::{ToolCall, ToolDefinition, ToolDefinitions};

use std::rc::Rc;
use std::sync::Arc;

/// A value that becomes attributes of a span.
///
/// An argument or a result of an annotated function whose type implements it adds its attributes
/// to the span, besides its text in `input.value` or `output.value`.
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
    message = "`{Self}` does not say which attributes it becomes",
    label = "expected a type of `trace_runtime::record`, or one that implements `Record`",
    note = "messages go into `InputMessages` or `OutputMessages`, documents into \
            `RetrievedDocuments`, `RerankerInput` or `RerankedDocuments`"
)]
pub trait Record {
    /// Writes the attributes. A panic is contained, and keeps what was written before.
    fn record(&self, attributes: &mut Attributes);
}

impl<T: Record> Record for Option<T> {
    fn record(&self, attributes: &mut Attributes) {
        if let Some(value) = self {
            value.record(attributes);
        }
    }
}

macro_rules! forwarded {
    ($($pointer:ty),*) => {$(
        impl<T: Record + ?Sized> Record for $pointer {
            fn record(&self, attributes: &mut Attributes) {
                (**self).record(attributes);
            }
        }
    )*};
}

forwarded!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);
