//! Translates the provider of a model.
//!
//! `gen_ai.provider.name` is one name for the service and the vendor, such as `azure.ai.openai`.
//! OpenInference has two attributes: `llm.provider = "azure"` and `llm.system = "openai"`.

use crate::openinference::keys::gen_ai::PROVIDERS;

/// Returns `llm.provider` and, if the provider serves the models of one vendor only, `llm.system`.
///
/// A provider that is not in the table has the same name in both conventions, in lower case as
/// OpenInference requires.
pub(super) fn to_openinference(provider: &str) -> (String, Option<&'static str>) {
    let provider = provider.to_lowercase();
    match PROVIDERS.iter().find(|(gen_ai, ..)| *gen_ai == provider) {
        Some((_, provider, system)) => ((*provider).to_owned(), *system),
        None => (provider, None),
    }
}

/// Returns `llm.provider` for a name of either convention.
#[cfg(feature = "cost")]
pub(in crate::enrich) fn openinference_provider(provider: &str) -> String {
    to_openinference(provider).0
}

/// Returns `gen_ai.provider.name` for a provider and a vendor.
///
/// `google` and `vertexai` give `gcp.vertex_ai`. A provider without an entry keeps its name, and
/// without a provider the vendor is assumed to serve its own model.
pub(super) fn to_gen_ai(provider: Option<&str>, system: Option<&str>) -> Option<String> {
    let name = provider.or(system)?;
    let named = || PROVIDERS.iter().filter(|(_, provider, _)| *provider == name);
    // The entry of this vendor comes first, then the provider's entry for all vendors, then any.
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
    fn providers_translated_both_ways_are_unchanged() {
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
