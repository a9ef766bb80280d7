//! The server: its addresses, its shared state, its start and its end.

use crate::arguments::Arguments;
use crate::events::events;
use crate::folder::Folder;
use crate::guard::{Hosts, guard};
use crate::log::Log;
use crate::page::page;
use crate::receive::{MAX_BODY_BYTES, receive};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::{get, post};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;

/// The time that requests have to end after the signal to stop.
const GRACE: Duration = Duration::from_secs(2);

/// The state that all requests share.
pub(crate) struct Shared {
    pub(crate) log: Log,
    folder: Option<Mutex<Folder>>,
    /// Distinguishes the events of this run from those of earlier ones.
    run: String,
}

impl Shared {
    /// Creates the state with the spans that are in the folder.
    fn new(folder: Option<Folder>) -> Result<Self, String> {
        let log = Log::new();
        if let Some(folder) = &folder {
            folder.read(|block| log.push(block)).map_err(|error| error.to_string())?;
        }
        let run = format!("{:016x}", RandomState::new().hash_one(0_u8));
        Ok(Shared { log, folder: folder.map(Mutex::new), run })
    }

    /// Stores a line, if there is a folder, and shows its block.
    pub(crate) fn add(&self, line: &[u8], block: String) -> io::Result<()> {
        if let Some(folder) = &self.folder {
            let mut folder = folder.lock().unwrap_or_else(PoisonError::into_inner);
            folder.append(line).inspect_err(|error| eprintln!("llm-trace: {error}"))?;
        }
        self.log.push(block);
        Ok(())
    }

    /// Returns the id of the event of a block.
    pub(crate) fn event_id(&self, number: u64) -> String {
        format!("{}-{number}", self.run)
    }

    /// Returns the number of the block after the one with this id. `None` for an id of another run.
    pub(crate) fn number_after(&self, id: &str) -> Option<u64> {
        let number: u64 = id.strip_prefix(&self.run)?.strip_prefix('-')?.parse().ok()?;
        number.checked_add(1)
    }
}

/// Serves until ctrl-c or SIGTERM. Returns an error if the server cannot start.
pub(crate) async fn run(arguments: &Arguments) -> Result<(), String> {
    let folder = arguments.dir.as_deref().map(open).transpose()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await;
    let listener = listener.map_err(|error| unavailable(arguments.port, &error))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let shared = Arc::new(Shared::new(folder)?);
    println!("traces at http://localhost:{}/ (ctrl-c stops)", address.port());
    if let Some(folder) = &arguments.dir {
        println!("  kept in {}", folder.display());
    }
    let serving = axum::serve(listener, router(&shared, address.port()));
    let serving = serving.with_graceful_shutdown(stopped(Arc::clone(&shared)));
    let overdue = async {
        stopped(Arc::clone(&shared)).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving => served.map_err(|error| error.to_string()),
        () = overdue => Ok(()),
    }
}

fn open(path: &Path) -> Result<Folder, String> {
    Folder::open(path).map_err(|error| {
        format!("--dir names {}, which cannot be written: {error}", path.display())
    })
}

fn unavailable(port: u16, error: &io::Error) -> String {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => {
            ": another program, for example Phoenix, uses it; stop it, or choose another port with \
             --port and set PHOENIX_COLLECTOR_ENDPOINT=http://localhost:<port> for your programs"
        }
        _ => "",
    };
    format!("127.0.0.1:{port} cannot be opened ({error}){advice}")
}

fn router(shared: &Arc<Shared>, port: u16) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/events", get(events))
        .route("/v1/traces", post(receive))
        .route("/healthz", get(|| async { "ok\n" }))
        // The banner of `register()` names this address, as Phoenix has it.
        .route("/redirects/projects/{name}", get(|| async { Redirect::temporary("/") }))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(Arc::clone(shared))
        .layer(from_fn_with_state(Arc::new(Hosts::new(port)), guard))
}

/// Waits for ctrl-c or SIGTERM, and ends the streams of events, which would never end otherwise.
async fn stopped(shared: Arc<Shared>) {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
            }
            Err(_) => drop(interrupted.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupted.await);
    shared.log.close();
}
