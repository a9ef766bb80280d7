//! Resolves the headers that are sent with every export, among them the API key.

use crate::config::{Environment, RegisterError, Setting};
use crate::delivery::{AUTHORIZATION, Headers};
use crate::register::builder::Builder;
use percent_encoding::percent_decode_str;

/// The accepted format, for the error message. The list itself is not quoted: it may contain keys.
const PAIRS: &str = "pairs like name=value,other=value with percent-encoded values";

/// Resolves the headers one by one. Precedence: code, then `PHOENIX_CLIENT_HEADERS`, then
/// `OTEL_EXPORTER_OTLP_TRACES_HEADERS`, then `OTEL_EXPORTER_OTLP_HEADERS`.
///
/// Precedence of `authorization`: `api_key(..)`, then a header in code, then `PHOENIX_API_KEY`,
/// then the variables in their order. [`Headers::add`] keeps the first header of a name, so the
/// calls below are in this order.
pub(super) fn headers(builder: &Builder, env: &Environment) -> Result<Headers, RegisterError> {
    let mut headers = Headers::default();
    // An empty key counts as none, like an empty variable.
    let in_code = builder.api_key.as_deref().map(str::trim).filter(|key| !key.is_empty());
    if let Some(key) = in_code {
        let setting = Setting::Method("api_key");
        headers.add(setting, AUTHORIZATION, &format!("Bearer {key}"))?;
    }
    // The last call of `header(..)` with a name wins, as for every other method.
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
    // A list that cannot be parsed is an error as a whole: a header that is silently missing would
    // show up as a rejected key.
    for (setting, list) in variables.into_iter().filter_map(|name| env.get(name)) {
        add_list(&mut headers, setting, list)?;
    }
    Ok(headers)
}

/// Adds the headers of a list in a variable.
pub(super) fn add_list(
    headers: &mut Headers,
    setting: Setting,
    list: &str,
) -> Result<(), RegisterError> {
    for (name, value) in pairs(list).ok_or_else(|| setting.invalid_secret(PAIRS))? {
        headers.add(setting, &name, &value)?;
    }
    Ok(())
}

/// Parses `name=value,other=value` with percent-encoded values, the format of W3C Baggage that
/// OpenTelemetry uses for its variables. Returns `None` if a pair has no `=` or no name, or a value
/// is not UTF-8.
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
