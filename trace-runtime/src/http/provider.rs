//! The service that runs a model, by the host of its API.

/// The hosts of providers, and the name that OpenInference has for each. A host fits if it is the
/// entry or ends with a dot and the entry.
const HOSTS: [(&str, &str); 25] = [
    ("api.openai.com", "openai"),
    ("openai.azure.com", "azure"),
    ("services.ai.azure.com", "azure"),
    ("models.ai.azure.com", "azure"),
    ("cognitiveservices.azure.com", "azure"),
    ("api.anthropic.com", "anthropic"),
    ("generativelanguage.googleapis.com", "google"),
    ("aiplatform.googleapis.com", "google"),
    ("api.cohere.com", "cohere"),
    ("api.cohere.ai", "cohere"),
    ("api.mistral.ai", "mistralai"),
    ("codestral.mistral.ai", "mistralai"),
    ("api.groq.com", "groq"),
    ("openrouter.ai", "openrouter"),
    ("api.deepseek.com", "deepseek"),
    ("api.x.ai", "xai"),
    ("api.together.xyz", "together"),
    ("api.together.ai", "together"),
    ("api.fireworks.ai", "fireworks"),
    ("api.perplexity.ai", "perplexity"),
    ("api.cerebras.ai", "cerebras"),
    ("api.moonshot.ai", "moonshot"),
    ("api.moonshot.cn", "moonshot"),
    ("api.jina.ai", "jina"),
    ("api.voyageai.com", "voyageai"),
];

/// The port that Ollama listens on. The host of a local server does not identify a provider.
const OLLAMA_PORT: u16 = 11434;

/// Returns the provider, or `None` for a host that is not known.
pub(super) fn provider_of(host: &str, port: Option<u16>) -> Option<&'static str> {
    let host = host.to_ascii_lowercase();
    if port == Some(OLLAMA_PORT) {
        return Some("ollama");
    }
    if host.starts_with("bedrock-runtime") && host.contains(".amazonaws.") {
        return Some("aws");
    }
    // Vertex AI has the region in front of the name: `europe-west1-aiplatform.googleapis.com`.
    let is_at = |name: &str| {
        host.strip_suffix(name)
            .is_some_and(|before| before.is_empty() || before.ends_with(['.', '-']))
    };
    HOSTS.iter().find(|(name, _)| is_at(name)).map(|(_, provider)| *provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provider_of_a_host_follows_from_its_end() {
        for (host, port, provider) in [
            ("api.openai.com", None, Some("openai")),
            ("my-resource.openai.azure.com", Some(443), Some("azure")),
            ("europe-west1-aiplatform.googleapis.com", None, Some("google")),
            ("bedrock-runtime.eu-central-1.amazonaws.com", None, Some("aws")),
            ("API.GROQ.com", None, Some("groq")),
            ("localhost", Some(11434), Some("ollama")),
            ("localhost", Some(8000), None),
            ("api.openai.com.example.org", None, None),
            ("notapi.openai.com", None, None),
        ] {
            assert_eq!(provider_of(host, port), provider, "{host}");
        }
    }
}
