//! Reads the cost that a response states in its `usage`.

use crate::record::Cost;
use serde_json::Value;

/// The units of `cost_in_usd_ticks` in a dollar.
const TICKS: f64 = 1e10;

/// Returns the cost that a response states, in any of the forms that are known:
///
/// | server | field of `usage` |
/// |---|---|
/// | `OpenRouter`, `LiteLLM` and other gateways | `cost`, in dollars |
/// | `OpenRouter` with a key of the user (`is_byok`) | `cost`, and `cost_details.upstream_inference_cost`, which the vendor charges |
/// | Perplexity | `cost` with `input_tokens_cost`, `output_tokens_cost`, `total_cost` |
/// | xAI | `cost_in_usd_ticks` |
///
/// The format of the response does not matter: gateways add the field to each of them.
pub(in crate::enrich) fn stated(response: &Value) -> Option<Cost> {
    let usage = response.get("usage")?;
    match usage.get("cost") {
        Some(Value::Object(parts)) => {
            let part = |name: &str| parts.get(name).and_then(amount);
            let total = part("total_cost")?;
            let (prompt, completion) = (part("input_tokens_cost"), part("output_tokens_cost"));
            Some(Cost { prompt, completion, ..Cost::of_total(total) })
        }
        Some(cost) => {
            let cost = amount(cost)?;
            if usage.get("is_byok") != Some(&Value::Bool(true)) {
                return Some(Cost::of_total(cost));
            }
            // The gateway charges its fee; without the vendor's part the cost is not known.
            let upstream = usage.get("cost_details")?.get("upstream_inference_cost")?;
            Some(Cost::of_total(cost + amount(upstream)?))
        }
        None => usage.get("cost_in_usd_ticks").and_then(amount).map(|n| Cost::of_total(n / TICKS)),
    }
}

/// Returns an amount, which some servers send as text.
fn amount(value: &Value) -> Option<f64> {
    let amount = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    (amount.is_finite() && amount >= 0.0).then_some(amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn total(usage: &Value) -> Option<f64> {
        stated(&json!({"usage": usage})).and_then(|cost| cost.total)
    }

    #[test]
    fn stated_in_each_form_is_the_cost_in_dollars() {
        assert_eq!(total(&json!({"cost": 0.25})), Some(0.25));
        assert_eq!(total(&json!({"cost": "0.25"})), Some(0.25));
        assert_eq!(total(&json!({"cost": 0, "is_byok": false})), Some(0.0));
        let details = json!({"upstream_inference_cost": 0.5});
        assert_eq!(
            total(&json!({"cost": 0.25, "is_byok": true, "cost_details": details})),
            Some(0.75)
        );
        assert_eq!(total(&json!({"cost": 0.25, "cost_details": details})), Some(0.25));
        assert_eq!(total(&json!({"cost_in_usd_ticks": 2_500_000_000_u64})), Some(0.25));
        let parts =
            json!({"input_tokens_cost": 0.25, "output_tokens_cost": 0.5, "total_cost": 1.0});
        let cost = stated(&json!({"usage": {"cost": parts}})).unwrap();
        assert_eq!((cost.prompt, cost.completion, cost.total), (Some(0.25), Some(0.5), Some(1.0)));
    }

    #[test]
    fn stated_in_an_unusable_form_is_no_cost() {
        for usage in [
            json!(null),
            json!({}),
            json!({"cost": null}),
            json!({"cost": -1}),
            json!({"cost": "free"}),
            json!({"cost": {}}),
            json!({"cost": 0, "is_byok": true}),
            json!({"cost": 0, "is_byok": true, "cost_details": {"upstream_inference_cost": null}}),
        ] {
            assert_eq!(total(&usage), None, "{usage}");
        }
    }
}
