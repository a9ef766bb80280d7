//! Resolves the table of prices from which costs are estimated.

use crate::config::{Environment, RegisterError, Setting};
use crate::enrich::Prices;
use crate::register::builder::Builder;
use std::path::{Path, PathBuf};

/// Resolves the table. Precedence: code, then `TRACE_PRICES`, then the bundled table.
pub(super) fn prices(builder: &Builder, env: &Environment) -> Result<Prices, RegisterError> {
    let in_code = builder.prices.clone().map(|path| (Setting::Method("prices"), path));
    let from_env = || env.get("TRACE_PRICES").map(|(setting, path)| (setting, PathBuf::from(path)));
    match in_code.or_else(from_env) {
        Some((setting, path)) => read(setting, &path),
        None => Ok(Prices::default()),
    }
}

#[cfg(feature = "cost")]
fn read(setting: Setting, path: &Path) -> Result<Prices, RegisterError> {
    Prices::read(path).map_err(|reason| setting.unusable_prices(path, reason))
}

/// Without the feature a table would have no effect, and the program no costs.
#[cfg(not(feature = "cost"))]
fn read(setting: Setting, _path: &Path) -> Result<Prices, RegisterError> {
    Err(RegisterError::MissingFeature { setting, what: "estimates of costs", feature: "cost" })
}

#[cfg(all(test, not(feature = "cost")))]
mod tests {
    use super::*;
    use crate::register::register;

    #[test]
    fn prices_without_the_feature_is_an_error_that_names_it() {
        let found = prices(&register().prices("prices.json"), &Environment::default());
        assert_eq!(
            found.unwrap_err().to_string(),
            "`prices(..)` requires estimates of costs: enable the feature `cost` of trace-runtime"
        );
    }
}
