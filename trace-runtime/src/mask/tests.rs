//! The effect of each switch on each attribute.

use super::rules::{Action, Switch, action};
use crate::openinference::OpenInferenceSpanKind as Kind;
use std::collections::HashSet;

/// Key, kind of the span, and the action if inputs, outputs, or both are hidden.
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
fn hidden_inputs_or_outputs_hide_all_copies() {
    for (key, kind, expected) in TABLE {
        let cases =
            [vec![Switch::Inputs], vec![Switch::Outputs], vec![Switch::Inputs, Switch::Outputs]];
        let found = cases.map(|switches| {
            action(key, "", Some(*kind), &switches.into_iter().collect::<HashSet<_>>())
        });
        assert_eq!(found, *expected, "{key}");
        assert_eq!(action(key, "", Some(*kind), &HashSet::new()), Action::Keep);
    }
}

#[test]
fn hidden_part_hides_raw_value_that_contains_it() {
    use Action::{Drop, Keep, Redact};
    let table = [
        (Switch::InputMessages, "llm.input_messages.0.message.role", Drop),
        (Switch::InputMessages, "input.value", Redact),
        (Switch::InputMessages, "output.value", Keep),
        (Switch::OutputMessages, "llm.output_messages.0.message.role", Drop),
        (Switch::OutputMessages, "output.value", Redact),
        (Switch::InputText, "llm.input_messages.0.message.content", Redact),
        (Switch::InputText, "llm.input_messages.0.message.contents.0.message_content.text", Redact),
        (Switch::InputText, "llm.input_messages.0.message.role", Keep),
        (Switch::InputText, "gen_ai.input.messages", Drop),
        (Switch::OutputText, "llm.output_messages.0.message.content", Redact),
        (
            Switch::InputImages,
            "llm.input_messages.0.message.contents.1.message_content.image.image.url",
            Drop,
        ),
        (Switch::InputImages, "llm.input_messages.0.message.content", Keep),
        (Switch::Prompts, "llm.prompts.0.prompt.text", Redact),
        (Switch::Choices, "llm.choices.0.completion.text", Redact),
        (Switch::LlmInvocationParameters, "llm.invocation_parameters", Drop),
        (Switch::LlmInvocationParameters, "gen_ai.request.top_p", Drop),
        (Switch::LlmTools, "llm.tools.3.tool.name", Drop),
    ];
    for (switch, key, expected) in table {
        assert_eq!(action(key, "", Some(Kind::Llm), &HashSet::from([switch])), expected, "{key}");
    }
    let of = |kind, switch, key| action(key, "", Some(kind), &HashSet::from([switch]));
    assert_eq!(of(Kind::Chain, Switch::InputMessages, "input.value"), Keep);
    assert_eq!(of(Kind::Retriever, Switch::RetrievalDocuments, "output.value"), Redact);
    assert_eq!(of(Kind::Embedding, Switch::EmbeddingsText, "input.value"), Redact);
    assert_eq!(of(Kind::Embedding, Switch::EmbeddingsVectors, "output.value"), Redact);
}
