//! Resolves the headers sent with every export, the API key among them.

use crate::config::{Environment, RegisterError, Setting};
use crate::delivery::{AUTHORIZATION, Headers};
use crate::register::builder::Builder;
use percent_encoding::percent_decode_str;

const PAIRS: &str = "pairs like name=value,other=value with percent-encoded values";

/// First wins, header by header: code, `PHOENIX_CLIENT_HEADERS`,
/// `OTEL_EXPORTER_OTLP_TRACES_HEADERS`, `OTEL_EXPORTER_OTLP_HEADERS`. A credential comes first
/// from `api_key(..)`, then from an `authorization` header in code, then from
/// `PHOENIX_API_KEY`, then from the variables in their order.
pub(super) fn headers(builder: &Builder, env: &Environment) -> Result<Headers, RegisterError> {
    let mut headers = Headers::default();
    // An empty key is no key, in code as in the environment.
    let in_code = builder.api_key.as_deref().map(str::trim).filter(|key| !key.is_empty());
    if let Some(key) = in_code {
        let setting = Setting::Method("api_key");
        headers.add(setting, AUTHORIZATION, &format!("Bearer {key}"))?;
    }
    // Of two calls for the same header the later one wins, as for every other method.
    for (name, value) in builder.headers.iter().rev() {
        headers.add(Setting::Method("header"), name, value)?;
    }
    if let Some((setting, key)) = env.get("PHOENIX_API_KEY") {
        headers.add(setting, AUTHORIZATION, &format!("Bearer {key}"))?;
    }
    let variables = [
        "PHOENIX_CLIENT_HEADERS",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
        "OTEL_EXPORTER_OTLP_HEADERS",
    ];
    for (setting, list) in variables.into_iter().filter_map(|name| env.get(name)) {
        for (name, value) in pairs(list).ok_or_else(|| setting.invalid_secret(PAIRS))? {
            headers.add(setting, &name, &value)?;
        }
    }
    Ok(headers)
}

/// Reads `name=value,other=value` with percent-encoded values, as W3C baggage and OpenTelemetry
/// write them; `None` if a pair has no `=` or no name, or a value is not text.
pub(super) fn pairs(list: &str) -> Option<Vec<(String, String)>> {
    let pairs = list.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let decode = |text: &str| {
                let decoded = percent_decode_str(text.trim()).decode_utf8().ok()?;
                Some(decoded.into_owned())
            };
            let name = decode(name)?;
            (!name.is_empty()).then_some((name, decode(value)?))
        })
        .collect()
}
