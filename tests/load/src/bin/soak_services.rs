//! Eight processes call each other over HTTP, and are killed and restarted at random:
//! `cargo run --release -p load-tests --bin soak_services -- 600 42`.
//!
//! Arguments: the seconds (default 30), and the seed (default 1). A process with the argument `node`
//! is one of the eight.
//!
//! It fails if a span arrives twice, if the account of a process does not add up, if a parent arrives
//! more than 60 s after its child, or if a parent is missing that no killed process had.

#[path = "soak_services/account.rs"]
mod account;
#[path = "soak_services/http.rs"]
mod http;
#[path = "soak_services/node.rs"]
mod node;
#[path = "soak_services/received.rs"]
mod received;

use account::Account;
use load_tests::Random;
use node::Settings;
use received::Received;
use std::collections::HashSet;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const NODES: usize = 8;

/// The time that a parent may arrive after its child.
const LATEST_PARENT: Duration = Duration::from_secs(60);

/// A node that runs.
struct Running {
    process: Child,
    run: String,
    account: PathBuf,
}

/// The mesh, and the results of the processes that have ended.
struct Mesh {
    ports: Vec<u16>,
    endpoint: String,
    folder: PathBuf,
    started: u64,
    killed: HashSet<String>,
    /// The last account of each run, and true if the run ended in order.
    accounts: Vec<(String, Account, bool)>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(settings) = Settings::from_arguments(&arguments) {
        return node::run(&settings);
    }
    let number = |at: usize, default: u64| {
        arguments.get(at).map_or(default, |text| text.parse().expect("a number"))
    };
    let (seconds, seed) = (number(0, 30), number(1, 1));
    let received = Received::start();
    let folder = std::env::temp_dir().join(format!("soak-services-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut mesh = Mesh::new(received.endpoint(), folder);
    let mut random = Random::new(seed);
    let mut nodes: Vec<_> = (0..NODES).map(|at| mesh.start(at, random.below(1 << 40))).collect();
    let deadline = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(200 + random.below(800)));
        let at = usize::try_from(random.below(NODES as u64)).expect("few");
        let is_killed = random.below(2) == 0;
        let restarted = mesh.start(at, random.below(1 << 40));
        let old = std::mem::replace(&mut nodes[at], restarted);
        mesh.end(old, is_killed);
    }
    for node in nodes {
        mesh.end(node, false);
    }
    mesh.check(&received);
    let _ = std::fs::remove_dir_all(&mesh.folder);
}

impl Mesh {
    fn new(endpoint: String, folder: PathBuf) -> Self {
        Mesh {
            ports: free_ports(),
            endpoint,
            folder,
            started: 0,
            killed: HashSet::new(),
            accounts: Vec::new(),
        }
    }

    /// Starts a node. It listens as soon as the node before it at this port has ended.
    fn start(&mut self, at: usize, seed: u64) -> Running {
        self.started += 1;
        let run = self.started.to_string();
        let account = self.folder.join(&run);
        let settings = Settings {
            run: run.clone(),
            port: self.ports[at],
            next: self.ports[(at + 1) % NODES],
            endpoint: self.endpoint.clone(),
            account: account.clone(),
            seed,
        };
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(settings.to_arguments()).stdin(Stdio::piped());
        // Spans are sent each second, so that few are in memory when a process is killed.
        command.env("OTEL_BSP_SCHEDULE_DELAY", "1000");
        Running { process: command.spawn().expect("a process"), run, account }
    }

    /// Ends a node: kills it, or closes its input and waits.
    fn end(&mut self, mut node: Running, is_killed: bool) {
        if is_killed {
            node.process.kill().expect("it runs");
            self.killed.insert(node.run.clone());
        }
        drop(node.process.stdin.take());
        let status = node.process.wait().expect("it ends");
        assert!(is_killed || status.success(), "run {} failed: {status}", node.run);
        // A process that is killed as soon as it has started has no account yet.
        let account = Account::read(&node.account).unwrap_or_default();
        self.accounts.push((node.run, account, !is_killed));
    }

    fn check(&self, received: &Received) {
        let report = received.report();
        let arrived_by_run = report.arrived();
        let mut ended = 0;
        for (run, account, is_orderly) in &self.accounts {
            let arrived = arrived_by_run.get(&**run).copied().unwrap_or_default();
            ended += account.ended;
            assert!(account.adds_up(), "run {run}: {account:?}");
            assert!(arrived >= account.delivered, "run {run}: {arrived} arrived, {account:?}");
            if *is_orderly {
                let all = [account.delivered + account.lost, account.delivered];
                assert_eq!(all, [account.ended, arrived], "run {run}: {account:?}");
            }
        }
        println!(
            "{} processes, {} of them killed: at least {ended} spans ended, {} arrived ({} of them \
             more than once) in {} traces, up to {} hops long; {} parents were lost with a killed \
             process; the latest parent arrived {:.1} s after its child",
            self.accounts.len(),
            self.killed.len(),
            report.spans(),
            report.twice,
            report.traces(),
            report.longest(),
            report.missing_parents().len(),
            report.latest_parent().as_secs_f64(),
        );
        assert_eq!(report.twice, 0, "spans arrived more than once");
        assert!(report.latest_parent() <= LATEST_PARENT, "a parent arrived too late");
        assert!(report.longest() > 2, "no trace crosses several processes");
        for caller in report.missing_parents() {
            assert!(self.killed.contains(caller), "run {caller} lost a parent and was not killed");
        }
    }
}

/// Returns ports that are free, below those that the system gives to clients.
fn free_ports() -> Vec<u16> {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let start = 20_000 + u16::try_from(std::process::id() % 10_000).expect("small");
    (start..32_000).filter(is_free).take(NODES).collect()
}

/// Writes a file so that a reader sees the old content or the new one.
fn replace(path: &Path, content: &str) {
    let temporary = path.with_extension("new");
    let written = std::fs::write(&temporary, content);
    written.and_then(|()| std::fs::rename(&temporary, path)).expect("a writable folder");
}
