//! Weave of Weights & Biases: its view of agents.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::{RegisterError, Setting};
use crate::enrich::{Addition, EMBEDDING, From, RERANKER, copy};
use crate::openinference::keys;
use crate::openinference::keys::backends as to;

const KEY: &str = "WANDB_API_KEY";
const ENTITY: &str = "WANDB_ENTITY";
const PROJECT: &str = "WANDB_PROJECT";

pub(super) const PROFILE: Profile = Profile {
    title: "Weave",
    variables: &[KEY, ENTITY, PROJECT],
    keys: &[KEY],
    grpc: false,
    gen_ai: false,
    attributes: ATTRIBUTES,
    resolve,
};

const ATTRIBUTES: &[Addition] = &[
    copy(to::WEAVE_THREAD, keys::SESSION_ID),
    // It reads one key for the model of every kind, and counts the tokens by it.
    Addition {
        to: keys::LLM_MODEL_NAME,
        on: EMBEDDING,
        from: From::Copy(keys::EMBEDDING_MODEL_NAME),
    },
    Addition {
        to: keys::LLM_MODEL_NAME,
        on: RERANKER,
        from: From::Copy(keys::RERANKER_MODEL_NAME),
    },
];

fn resolve(source: &Source<'_>) -> Result<Resolved, RegisterError> {
    let address = source.address(&[]).unwrap_or((Setting::Default, "https://trace.wandb.ai"));
    let expected = "an API key of the account";
    let mut headers = source.headers_with_key("wandb-api-key", "", &[KEY], expected)?;
    let (setting, entity) = source.required(ENTITY, "the name of the team or user")?;
    let project = source.project(PROJECT);
    headers.add(setting, "project_id", &format!("{entity}/{project}"))?;
    let endpoint = source.endpoint(address, "/agents/otel/v1/traces")?;
    let is_service = endpoint.setting == Setting::Default;
    let page = is_service.then(|| format!("https://wandb.ai/{entity}/{project}/weave"));
    let resource =
        vec![(to::WEAVE_ENTITY, entity.to_owned()), (to::WEAVE_PROJECT, project.to_owned())];
    Ok(Resolved { endpoint, headers, page, resource })
}
