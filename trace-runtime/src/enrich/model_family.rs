//! The vendor of a model, from the model's name.

/// The beginnings of the names of well-known models, and the vendor of each.
///
/// The values are those that OpenInference lists for `llm.system`; Gemini's is `vertexai` there. A
/// prefix ends where another vendor could begin a name in the same way: `o1-` rather than `o1`.
const NAME_PREFIXES: [(&str, &str); 31] = [
    ("gpt-", "openai"),
    ("chatgpt-", "openai"),
    ("codex-", "openai"),
    ("computer-use-", "openai"),
    ("o1-", "openai"),
    ("o3-", "openai"),
    ("o4-", "openai"),
    ("text-embedding-3", "openai"),
    ("text-embedding-ada", "openai"),
    ("claude-", "anthropic"),
    ("mistral-", "mistralai"),
    ("ministral-", "mistralai"),
    ("mixtral-", "mistralai"),
    ("open-mistral-", "mistralai"),
    ("open-mixtral-", "mistralai"),
    ("codestral-", "mistralai"),
    ("devstral-", "mistralai"),
    ("magistral-", "mistralai"),
    ("pixtral-", "mistralai"),
    ("voxtral-", "mistralai"),
    ("command-", "cohere"),
    ("c4ai-", "cohere"),
    ("gemini-", "vertexai"),
    ("deepseek-", "deepseek"),
    ("grok-", "xai"),
    ("llama-", "meta"),
    ("llama2", "meta"),
    ("llama3", "meta"),
    ("llama4", "meta"),
    ("jamba-", "ai21"),
    ("nova-", "amazon"),
];

/// Whole names that are too short to be prefixes.
const EXACT_NAMES: [(&str, &str); 2] = [("o1", "openai"), ("o3", "openai")];

/// Returns the vendor of a model (`llm.system`), or `None` for a name that is not known.
///
/// A name may have a prefix of the service that runs the model: `anthropic/claude-3.5-sonnet`
/// (`OpenRouter`), `us.anthropic.claude-3-5-haiku` (Bedrock). The prefix itself proves nothing,
/// because an organization may publish models of another vendor's family.
pub(super) fn system(model: &str) -> Option<&'static str> {
    let model = model.to_lowercase();
    let name = model.rsplit('/').next().unwrap_or_default();
    // The dot may also belong to a version, as in `gpt-4.1-mini`, so both forms are compared.
    let undotted = name.rsplit_once('.').map_or(name, |(_, rest)| rest);
    let forms = [name, undotted];
    let begins = |(prefix, _): &&(&str, _)| forms.iter().any(|form| form.starts_with(prefix));
    let equals = |(exact, _): &&(&str, _)| forms.contains(exact);
    let family = NAME_PREFIXES.iter().find(begins).or_else(|| EXACT_NAMES.iter().find(equals));
    family.map(|(_, system)| *system)
}

#[cfg(test)]
mod tests {
    use super::system;

    #[test]
    fn system_of_a_model_name_is_its_vendor() {
        let models = [
            ("gpt-4o-2024-08-06", Some("openai")),
            ("gpt-4.1-mini", Some("openai")),
            ("o1", Some("openai")),
            ("openai/o3", Some("openai")),
            ("o3-mini", Some("openai")),
            // Begins like `o1`, but is not a name of that family.
            ("nomic-ai/o1ive-embed", None),
            ("openai/gpt-4o", Some("openai")),
            ("anthropic/claude-3.5-sonnet", Some("anthropic")),
            ("us.anthropic.claude-3-5-haiku-20241022-v1:0", Some("anthropic")),
            ("amazon.nova-lite-v1:0", Some("amazon")),
            ("meta-llama/Llama-3.1-8B-Instruct", Some("meta")),
            ("llama3.2", Some("meta")),
            ("deepseek-reasoner", Some("deepseek")),
            ("my-finetune", None),
            ("", None),
        ];
        for (model, vendor) in models {
            assert_eq!(system(model), vendor, "{model}");
        }
    }
}
