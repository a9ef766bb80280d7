//! Who serves a model and whose it is: one name in GenAI, two in OpenInference.

use crate::openinference::keys::gen_ai::PROVIDERS;

/// `llm.provider` and, where the provider serves models of one vendor, `llm.system`.
pub(super) fn to_openinference(provider: &str) -> (String, Option<&'static str>) {
    let provider = provider.to_lowercase();
    match PROVIDERS.iter().find(|(gen_ai, ..)| *gen_ai == provider) {
        Some((_, provider, system)) => ((*provider).to_owned(), *system),
        None => (provider, None),
    }
}

/// The provider that both names together mean.
pub(super) fn to_gen_ai(provider: Option<&str>, system: Option<&str>) -> Option<String> {
    let name = provider.or(system)?;
    let named = || PROVIDERS.iter().filter(|(_, provider, _)| *provider == name);
    // A vendor's own entry comes before those of the provider at large.
    let found = named()
        .find(|(_, _, vendor)| vendor.is_some() && *vendor == system)
        .or_else(|| named().find(|(_, _, vendor)| vendor.is_none()))
        .or_else(|| named().next());
    Some(found.map_or(name, |(gen_ai, ..)| gen_ai).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_go_both_ways() {
        for (gen_ai, provider, system) in [
            ("azure.ai.openai", "azure", Some("openai")),
            ("azure.ai.inference", "azure", None),
            ("aws.bedrock", "aws", None),
            ("gcp.vertex_ai", "google", Some("vertexai")),
            ("x_ai", "xai", Some("xai")),
            ("mistral_ai", "mistralai", Some("mistralai")),
            ("ollama", "ollama", None),
        ] {
            assert_eq!(to_openinference(gen_ai), (provider.to_owned(), system));
            assert_eq!(to_gen_ai(Some(provider), system).as_deref(), Some(gen_ai));
        }
        assert_eq!(to_gen_ai(Some("google"), Some("anthropic")).as_deref(), Some("gcp.gen_ai"));
        assert_eq!(to_gen_ai(None, Some("openai")).as_deref(), Some("openai"));
    }
}
