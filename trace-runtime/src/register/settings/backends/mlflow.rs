//! MLflow, a server that you run.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::RegisterError;
use crate::delivery::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const URI: &str = "MLFLOW_TRACKING_URI";
const EXPERIMENT: &str = "MLFLOW_EXPERIMENT_ID";
const TOKEN: &str = "MLFLOW_TRACKING_TOKEN";
const USERNAME: &str = "MLFLOW_TRACKING_USERNAME";
const PASSWORD: &str = "MLFLOW_TRACKING_PASSWORD";
const EXPERIMENT_HEADER: &str = "x-mlflow-experiment-id";
const PATH: &str = "/v1/traces";

pub(super) const PROFILE: Profile = Profile {
    title: "MLflow",
    variables: &[URI, EXPERIMENT, TOKEN, USERNAME, PASSWORD],
    keys: &[TOKEN, USERNAME, PASSWORD],
    grpc: false,
    gen_ai: false,
    attributes: &[],
    resolve,
};

fn resolve(source: &Source<'_>) -> Result<Resolved, RegisterError> {
    let expected = "the address of the server, for example http://localhost:5000";
    let address = source.required_address(URI, expected)?;
    let mut headers = source.headers()?;
    if let Some((setting, token)) = source.optional_key(&[TOKEN]) {
        headers.add(setting, AUTHORIZATION, &format!("Bearer {token}"))?;
    }
    if let (Some((_, name)), Some((setting, password))) =
        (source.get(USERNAME), source.get(PASSWORD))
    {
        let basic = STANDARD.encode(format!("{name}:{password}"));
        headers.add(setting, AUTHORIZATION, &format!("Basic {basic}"))?;
    }
    // Spans without an experiment are refused. The name of one would need a request to find its id.
    let expected = "the number of the experiment, from the address of its page";
    let experiment =
        source.unless_header(EXPERIMENT_HEADER, || source.required(EXPERIMENT, expected))?;
    if let Some((setting, experiment)) = experiment {
        headers.add(setting, EXPERIMENT_HEADER, experiment)?;
    }
    let endpoint = source.endpoint(address, PATH)?;
    let page = endpoint.url.strip_suffix(PATH).map(str::to_owned);
    Ok(Resolved { endpoint, headers, page, resource: Vec::new() })
}
