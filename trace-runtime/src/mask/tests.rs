//! Which attributes survive which switch.

use super::rules::{Action, Hidden, action};
use crate::openinference::OpenInferenceSpanKind as Kind;
use std::collections::HashSet;

/// Key, kind of the span, and what becomes of it with inputs hidden, outputs hidden, and both.
const TABLE: &[(&str, Kind, [Action; 3])] = {
    use Action::{Drop, Keep, Redact};
    &[
        ("input.value", Kind::Chain, [Redact, Keep, Redact]),
        ("input.mime_type", Kind::Chain, [Drop, Keep, Drop]),
        ("output.value", Kind::Chain, [Keep, Redact, Redact]),
        ("output.mime_type", Kind::Chain, [Keep, Drop, Drop]),
        ("llm.input_messages.0.message.role", Kind::Llm, [Drop, Keep, Drop]),
        ("llm.output_messages.0.message.content", Kind::Llm, [Keep, Drop, Drop]),
        ("llm.tools.0.tool.json_schema", Kind::Llm, [Drop, Keep, Drop]),
        ("llm.invocation_parameters", Kind::Llm, [Drop, Keep, Drop]),
        ("llm.prompts.0.prompt.text", Kind::Llm, [Redact, Keep, Redact]),
        ("llm.choices.0.completion.text", Kind::Llm, [Keep, Redact, Redact]),
        ("llm.prompt_template.template", Kind::Llm, [Redact, Keep, Redact]),
        ("llm.prompt_template.variables", Kind::Llm, [Redact, Keep, Redact]),
        ("llm.prompt_template.version", Kind::Llm, [Keep, Keep, Keep]),
        ("llm.token_count.prompt", Kind::Llm, [Keep, Keep, Keep]),
        ("llm.model_name", Kind::Llm, [Keep, Keep, Keep]),
        ("tool.name", Kind::Tool, [Keep, Keep, Keep]),
        ("tool.parameters", Kind::Tool, [Drop, Keep, Drop]),
        ("metadata", Kind::Chain, [Keep, Keep, Redact]),
        ("session.id", Kind::Chain, [Keep, Keep, Keep]),
        ("retrieval.documents.0.document.content", Kind::Retriever, [Keep, Redact, Redact]),
        ("retrieval.documents.0.document.metadata", Kind::Retriever, [Keep, Redact, Redact]),
        ("retrieval.documents.0.document.score", Kind::Retriever, [Keep, Keep, Keep]),
        ("reranker.query", Kind::Reranker, [Redact, Keep, Redact]),
        ("reranker.input_documents.0.document.content", Kind::Reranker, [Drop, Keep, Drop]),
        ("reranker.output_documents.0.document.content", Kind::Reranker, [Keep, Drop, Drop]),
        ("embedding.embeddings.0.embedding.text", Kind::Embedding, [Redact, Keep, Redact]),
        ("embedding.embeddings.0.embedding.vector", Kind::Embedding, [Keep, Redact, Redact]),
        ("exception.message", Kind::Chain, [Redact, Redact, Redact]),
        ("exception.stacktrace", Kind::Chain, [Redact, Redact, Redact]),
        ("exception.type", Kind::Chain, [Keep, Keep, Keep]),
        ("otel.status_description", Kind::Chain, [Redact, Redact, Redact]),
        ("gen_ai.input.messages", Kind::Llm, [Drop, Keep, Drop]),
        ("gen_ai.output.messages", Kind::Llm, [Keep, Drop, Drop]),
        ("gen_ai.tool.call.arguments", Kind::Tool, [Drop, Keep, Drop]),
        ("gen_ai.tool.call.result", Kind::Tool, [Keep, Drop, Drop]),
        ("gen_ai.request.temperature", Kind::Llm, [Drop, Keep, Drop]),
        ("gen_ai.request.model", Kind::Llm, [Keep, Keep, Keep]),
    ]
};

#[test]
fn inputs_and_outputs_are_hidden_with_all_that_repeats_them() {
    for (key, kind, expected) in TABLE {
        let cases =
            [vec![Hidden::Inputs], vec![Hidden::Outputs], vec![Hidden::Inputs, Hidden::Outputs]];
        let found = cases.map(|switches| {
            action(key, "", Some(*kind), &switches.into_iter().collect::<HashSet<_>>())
        });
        assert_eq!(found, *expected, "{key}");
        assert_eq!(action(key, "", Some(*kind), &HashSet::new()), Action::Keep);
    }
}

#[test]
fn a_smaller_switch_hides_its_part_and_the_raw_value_that_holds_it() {
    use Action::{Drop, Keep, Redact};
    let table = [
        (Hidden::InputMessages, "llm.input_messages.0.message.role", Drop),
        (Hidden::InputMessages, "input.value", Redact),
        (Hidden::InputMessages, "output.value", Keep),
        (Hidden::OutputMessages, "llm.output_messages.0.message.role", Drop),
        (Hidden::OutputMessages, "output.value", Redact),
        (Hidden::InputText, "llm.input_messages.0.message.content", Redact),
        (Hidden::InputText, "llm.input_messages.0.message.contents.0.message_content.text", Redact),
        (Hidden::InputText, "llm.input_messages.0.message.role", Keep),
        (Hidden::InputText, "gen_ai.input.messages", Drop),
        (Hidden::OutputText, "llm.output_messages.0.message.content", Redact),
        (
            Hidden::InputImages,
            "llm.input_messages.0.message.contents.1.message_content.image.image.url",
            Drop,
        ),
        (Hidden::InputImages, "llm.input_messages.0.message.content", Keep),
        (Hidden::Prompts, "llm.prompts.0.prompt.text", Redact),
        (Hidden::Choices, "llm.choices.0.completion.text", Redact),
        (Hidden::LlmInvocationParameters, "llm.invocation_parameters", Drop),
        (Hidden::LlmInvocationParameters, "gen_ai.request.top_p", Drop),
        (Hidden::LlmTools, "llm.tools.3.tool.name", Drop),
    ];
    for (switch, key, expected) in table {
        assert_eq!(action(key, "", Some(Kind::Llm), &HashSet::from([switch])), expected, "{key}");
    }
    let of = |kind, switch, key| action(key, "", Some(kind), &HashSet::from([switch]));
    assert_eq!(of(Kind::Chain, Hidden::InputMessages, "input.value"), Keep);
    assert_eq!(of(Kind::Retriever, Hidden::RetrievalDocuments, "output.value"), Redact);
    assert_eq!(of(Kind::Embedding, Hidden::EmbeddingsText, "input.value"), Redact);
    assert_eq!(of(Kind::Embedding, Hidden::EmbeddingsVectors, "output.value"), Redact);
}
