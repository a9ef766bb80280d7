//! Whose model it is, from its name.

/// How the names of well-known models begin, and the `llm.system` of each.
const FAMILIES: [(&str, &str); 31] = [
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

/// Names that are the beginning of others.
const WHOLE: [(&str, &str); 2] = [("o1", "openai"), ("o3", "openai")];

/// The vendor of a model, with or without a prefix such as `openai/` (`OpenRouter`) or
/// `us.anthropic.` (Bedrock). Names that are not known say nothing.
pub(super) fn system(model: &str) -> Option<&'static str> {
    let model = model.to_lowercase();
    let name = model.rsplit('/').next().unwrap_or_default();
    let bare = name.rsplit_once('.').map_or(name, |(_, bare)| bare);
    let begins = |(prefix, _): &&(&str, &str)| name.starts_with(prefix) || bare.starts_with(prefix);
    let is = |(whole, _): &&(&str, &str)| name == *whole || bare == *whole;
    let family = FAMILIES.iter().find(begins).or_else(|| WHOLE.iter().find(is));
    family.map(|(_, system)| *system)
}

#[cfg(test)]
mod tests {
    use super::system;

    #[test]
    fn vendors_are_known_by_the_names_of_their_models() {
        let models = [
            ("gpt-4o-2024-08-06", Some("openai")),
            ("gpt-4.1-mini", Some("openai")),
            ("o1", Some("openai")),
            ("openai/o3", Some("openai")),
            ("o3-mini", Some("openai")),
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
