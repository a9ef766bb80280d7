//! The threads behind a queue: a worker, and for a backend a sender.

use super::deliver::Destination;
use super::queue::Queue;
use super::retry::Backoff;
use super::sender::Sender;
use super::settings::DeliverySettings;
use super::spool::Store;
use super::worker::{Encoder, Outlet, Worker};
use crate::config::RegisterError;
use std::sync::Arc;
use std::thread;

/// What a spool tells backends apart by: the address, and for those that share it, with different
/// keys, their number, since what is stored for one is not to be sent with the key of another.
pub(super) fn spool_name(destination: &Destination, before: &[String]) -> String {
    let Destination::Backend(transport) = destination else { return String::new() };
    let address = transport.identity();
    let numbered = (2..).map(|number| format!("{address} {number}"));
    let mut names = std::iter::once(address.to_owned()).chain(numbered);
    names.find(|name| !before.contains(name)).unwrap_or_default()
}

/// Starts the threads of one destination.
pub(super) fn start(
    destination: Destination,
    spool_name: &str,
    queue: Arc<Queue>,
    settings: &DeliverySettings,
) -> Result<(), RegisterError> {
    let outlet = match destination {
        Destination::Exporter(exporter) => Outlet::Exporter(exporter),
        Destination::Backend(transport) => {
            let spool = settings.spool.as_ref().filter(|_| transport.wants_spool());
            let store = spool.map(|spool| Store::open(spool, spool_name, &queue));
            let store = store.transpose()?.map(Arc::new);
            let gzip = transport.wants_gzip();
            let encoder = Encoder { gzip, store: store.clone(), ..Encoder::default() };
            let (queue, backoff) = (Arc::clone(&queue), Backoff::default());
            let sender = Sender { queue, transport, backoff, store };
            spawn("trace-runtime-send", move || sender.run())?;
            Outlet::Encoder(encoder)
        }
    };
    let worker = Worker { queue, stages: settings.stages.clone(), outlet };
    spawn("trace-runtime-work", move || worker.run())
}

pub(super) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), RegisterError> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(run);
    spawned.map(drop).map_err(|error| RegisterError::Exporter(error.to_string()))
}
