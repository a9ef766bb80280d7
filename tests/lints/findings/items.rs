//! Items that are never used, or not used as they are declared.

#[cfg(feature = "traced")]
use trace_runtime::chain;

#[cfg_attr(feature = "traced", chain)]
fn dead() {}

#[expect(dead_code)]
#[cfg_attr(feature = "traced", chain)]
fn expected() {}

#[cfg_attr(feature = "traced", chain)]
pub fn reachable_in_the_crate_only(n: u8) -> u8 {
    n
}

#[cfg_attr(feature = "traced", chain)]
pub async fn async_and_dead(n: u8) -> u8 {
    std::future::ready(n).await
}

pub(crate) struct Client {
    model: String,
}

impl Client {
    #[cfg_attr(feature = "traced", chain)]
    fn dead_method(&self) -> &str {
        &self.model
    }

    #[cfg_attr(feature = "traced", chain)]
    fn unused_self(&self) -> u8 {
        1
    }

    #[cfg_attr(feature = "traced", chain)]
    #[must_use]
    pub fn result(&self) -> Result<u8, std::num::ParseIntError> {
        self.model.parse()
    }

    #[cfg_attr(feature = "traced", chain)]
    #[deprecated]
    pub(crate) fn deprecated(&self) {}
}

#[cfg_attr(feature = "traced", chain)]
fn NotSnakeCase() {}

pub(crate) fn use_some() {
    let client = Client { model: String::new() };
    reachable_in_the_crate_only(client.unused_self());
    client.result();
    client.deprecated();
    NotSnakeCase();
}
