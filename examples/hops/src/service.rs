//! A service: this program in another role, in a process of its own.

use axum::Router;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use tokio::io::AsyncReadExt;

/// A running service. It stops once its standard input ends.
pub(crate) struct Service {
    child: Child,
    address: String,
}

impl Service {
    /// Starts this program again with the arguments, and waits for its address.
    pub(crate) fn start(arguments: &[&str]) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| anyhow::anyhow!("no output"))?;
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address)?;
        anyhow::ensure!(!address.is_empty(), "{arguments:?} did not start");
        Ok(Service { child, address: address.trim().to_owned() })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        drop(self.child.stdin.take());
        anyhow::ensure!(self.child.wait()?.success(), "{} failed", self.address);
        Ok(())
    }
}

/// Tells the process that started this one the address of the service.
pub(crate) fn announce(address: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{address}")?;
    Ok(stdout.flush()?)
}

/// Waits for the end of the standard input.
pub(crate) async fn stopped() {
    drop(tokio::io::stdin().read_to_end(&mut Vec::new()).await);
}

/// Serves the routes on a free port until the service is stopped.
pub(crate) async fn serve(app: Router) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    announce(&format!("http://{}", listener.local_addr()?))?;
    Ok(axum::serve(listener, app).with_graceful_shutdown(stopped()).await?)
}
