//! The table of prices, and the stage that estimates costs with it.

use super::call::{Call, Tokens};
use crate::openinference::{OpenInferenceSpanKind as Kind, add_missing, keys};
use crate::panic::catch;
use crate::record::{Attributes, Cost};
use genai_prices::Calculator;
use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanData;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// The name of the table that is part of the build.
const BUNDLED: &str = "genai-prices 0.2";

/// The largest file that is read. The bundled table has less than 1 MiB.
const MAX_FILE: u64 = 64 << 20;

/// The prices of models: the bundled ones, or those of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prices(Option<Arc<Table>>);

#[derive(Debug)]
struct Table {
    calculator: Calculator,
    /// The file's name without its folder: a path has no meaning on another machine.
    name: String,
}

impl Prices {
    /// Reads a table in the format of `genai-prices`. The error is the reason why it cannot be used.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
        if !metadata.is_file() {
            return Err("it is not a regular file".to_owned());
        }
        let mut data = Vec::new();
        let file = File::open(path).map_err(|error| error.to_string())?;
        file.take(MAX_FILE + 1).read_to_end(&mut data).map_err(|error| error.to_string())?;
        if data.len() as u64 > MAX_FILE {
            return Err(format!("it has more than {MAX_FILE} bytes"));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Prices::parse(&data, name)
    }

    fn parse(data: &[u8], name: String) -> Result<Self, String> {
        let parsed = catch(|| Calculator::from_json(data));
        let parsed = parsed.map_err(|_| "it cannot be parsed".to_owned())?;
        let calculator = parsed.map_err(|error| error.to_string())?;
        Ok(Prices(Some(Arc::new(Table { calculator, name }))))
    }

    /// Adds the cost of a model call that has token counts and no cost, and notes in the metadata
    /// that it is an estimate. A call of an unknown model has no cost.
    pub(crate) fn estimate(&self, span: &mut SpanData) {
        let tier = take_tier(&mut span.attributes);
        let attributes = &span.attributes;
        let has_cost = || attributes.iter().any(|kv| kv.key.as_str().starts_with(keys::LLM_COST));
        let is_call = Kind::from_attributes(attributes).is_some_and(Kind::is_model_call);
        if !is_call || has_cost() {
            return;
        }
        let Some(call) = Call::of(attributes, tier, span.start_time) else { return };
        // The table is decoded at its first use.
        if let Ok(Some(cost)) = catch(|| cost(self.calculator(), &call)) {
            add_missing(&mut span.attributes, Attributes::of(&cost));
            note(&mut span.attributes, self.name());
        }
    }

    fn calculator(&self) -> &Calculator {
        self.0.as_ref().map_or_else(|| Calculator::bundled(), |table| &table.calculator)
    }

    fn name(&self) -> &str {
        self.0.as_ref().map_or(BUNDLED, |table| &table.name)
    }
}

/// Returns the cost of a call. A price of nothing is not a cost: the table has models without a price.
fn cost(calculator: &Calculator, call: &Call) -> Option<Cost> {
    let (prompt_details, completion_details) = (call.prompt_details(), call.completion_details());
    let all = prompt_details.iter().chain(&completion_details).flatten().cloned();
    let price = call.price(calculator, all).filter(|price| price.total_price > 0.0)?;
    // The price of a detail is its share in a call all of whose tokens are of that kind. Prices may
    // depend on the length of the prompt, which stays the same.
    let share = |detail: &Option<Tokens>, whole: Option<f64>, is_prompt: bool| {
        let (key, count) = detail.as_ref().filter(|(_, count)| *count > 0.0)?;
        let whole = whole?;
        let price = call.price(calculator, [(key.clone(), whole)])?;
        let price = if is_prompt { price.input_price } else { price.output_price };
        Some(price * count / whole)
    };
    let [cache_read, cache_write, prompt_audio] =
        prompt_details.map(|detail| share(&detail, call.prompt, true));
    let [reasoning, completion_audio] =
        completion_details.map(|detail| share(&detail, call.completion, false));
    Some(Cost {
        prompt: call.prompt.map(|_| price.input_price),
        completion: call.completion.map(|_| price.output_price),
        total: Some(price.total_price),
        input: rest(price.input_price, [cache_read, cache_write, prompt_audio]),
        cache_read,
        cache_write,
        prompt_audio,
        output: rest(price.output_price, [reasoning, completion_audio]),
        reasoning,
        completion_audio,
    })
}

/// Returns what is left of a cost besides its details, or `None` without details.
fn rest<const N: usize>(cost: f64, details: [Option<f64>; N]) -> Option<f64> {
    let known = details.iter().any(Option::is_some);
    known.then(|| (cost - details.iter().flatten().sum::<f64>()).max(0.0))
}

/// Takes the tier that served the call.
fn take_tier(attributes: &mut Vec<KeyValue>) -> Option<String> {
    let at = attributes.iter().position(|kv| kv.key.as_str() == keys::SERVICE_TIER)?;
    Some(attributes.remove(at).value.as_str().into_owned())
}

/// Notes the table of an estimate in the metadata, beside the entries of the program.
fn note(attributes: &mut Vec<KeyValue>, table: &str) {
    let old = attributes.iter_mut().rfind(|kv| kv.key.as_str() == keys::METADATA);
    let parse = |kv: &KeyValue| serde_json::from_str::<Map<String, Value>>(&kv.value.as_str());
    match old.as_deref().map(parse) {
        None => {
            let entry = Map::from_iter([(keys::METADATA_COST_ESTIMATE.to_owned(), table.into())]);
            attributes.push(KeyValue::new(keys::METADATA, Value::from(entry).to_string()));
        }
        Some(Ok(mut entries)) => {
            entries.insert(keys::METADATA_COST_ESTIMATE.to_owned(), table.into());
            if let Some(old) = old {
                old.value = Value::from(entries).to_string().into();
            }
        }
        // The program's metadata is not an object. It is left as it is.
        Some(Err(_)) => {}
    }
}

#[cfg(test)]
mod tests;
