//! Starts the threads of a destination: a worker, and a sender for a transport.

use super::destination::Destination;
use super::diagnostics::Diagnostics;
use super::encoder::Encoder;
use super::queue::Queue;
use super::retry::Backoff;
use super::sender::Sender;
use super::settings::DeliverySettings;
use super::spool::{SPANS, Store, Stranded};
use super::worker::{Outlet, Worker};
use crate::config::RegisterError;
use crate::enrich::CountedOnce;
use std::sync::Arc;
use std::thread;

/// Returns the name that identifies a backend in the spool: its address. Backends that share one,
/// with different keys, are numbered, since a batch that is stored for one must not be sent with
/// the key of another.
pub(super) fn spool_name(destination: &Destination, before: &[String]) -> String {
    let Destination::Transport(transport) = destination else { return String::new() };
    numbered(transport.identity(), before)
}

/// Returns the address, with a number after it if `before` contains it already.
pub(crate) fn numbered(address: &str, before: &[String]) -> String {
    let numbered = (2..).map(|number| format!("{address} {number}"));
    let mut names = std::iter::once(address.to_owned()).chain(numbered);
    names.find(|name| !before.contains(name)).unwrap_or_default()
}

/// Opens the spool of a destination, if the settings name one and the destination can use it.
pub(super) fn open_spool(
    destination: &Destination,
    name: &str,
    settings: &DeliverySettings,
    stranded: Option<&Arc<Stranded>>,
    diagnostics: &Arc<Diagnostics>,
) -> Result<Option<Store>, RegisterError> {
    let Destination::Transport(transport) = destination else { return Ok(None) };
    let spool = settings.spool.as_ref().filter(|_| transport.wants_spool());
    let Some(spool) = spool else { return Ok(None) };
    let store = Store::open(SPANS, spool, name, transport.address(), Arc::clone(diagnostics))?;
    Ok(Some(store.reporting(stranded)))
}

/// Starts the threads of one destination.
pub(super) fn start(
    destination: Destination,
    queue: Arc<Queue>,
    settings: &DeliverySettings,
) -> Result<(), RegisterError> {
    let (stages, outlet) = match destination {
        Destination::Exporter(exporter) => (settings.stages.clone(), Outlet::Exporter(exporter)),
        Destination::Transport(transport) => {
            // The worker compresses, so that batches wait in memory in their small form.
            let additions = transport.additions();
            let stages = settings.stages.with(&additions);
            let encoder = Encoder::new(transport.wants_gzip(), additions.resource);
            let (queue, backoff) = (Arc::clone(&queue), Backoff::default());
            let sender = Sender { queue, transport, backoff };
            spawn("trace-runtime-send", move || sender.run())?;
            (stages, Outlet::Encoder(encoder))
        }
    };
    let worker = Worker { queue, stages, counted: CountedOnce::default(), outlet };
    spawn("trace-runtime-work", move || worker.run())
}

/// Starts a thread. It is detached: a destination that hangs must not delay the end of the program.
pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), RegisterError> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(run);
    spawned.map(drop).map_err(|error| RegisterError::Exporter(error.to_string()))
}
