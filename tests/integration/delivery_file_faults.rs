//! Files that cannot be written for a while, and files that others write too.

use crate::delivery_spool::{FOLDER, of_parent, quiet, until};
use integration_tests::{Program, Receiver, Temporary, child};
use std::fs;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use trace_runtime::opentelemetry::KeyValue;
use trace_runtime::opentelemetry::trace::{TraceContextExt, Tracer, TracerProvider};
use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
use trace_runtime::opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use trace_runtime::{Registration, chain, register};

#[chain]
fn work(_n: u32) {}

#[derive(Debug)]
struct Nowhere;

impl SpanExporter for Nowhere {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

/// Delivered, pending and lost, of each destination.
fn accounts(registration: &Registration) -> Vec<(u64, u64, u64)> {
    let stats = registration.stats();
    stats.iter().map(|stats| (stats.delivered, stats.pending, stats.lost)).collect()
}

#[test]
fn a_file_that_cannot_be_written_for_a_moment_misses_nothing() {
    let (_turn, folder, receiver) = (Program::turn(), Temporary::new(), Receiver::http());
    fs::create_dir(folder.path()).unwrap();
    let path = folder.path().join("traces.jsonl");
    let registration = quiet().endpoint(receiver.endpoint()).file(&path).install().unwrap();
    fs::remove_dir_all(folder.path()).unwrap();
    (0..10).for_each(work);
    let error = registration.flush().unwrap_err();
    assert!(error.cause.contains("could not be written (No such file or directory"), "{error}");
    assert_eq!(accounts(&registration), [(10, 0, 0), (0, 10, 0)]);
    fs::create_dir(folder.path()).unwrap();
    registration.flush().unwrap();
    assert_eq!(accounts(&registration), [(10, 0, 0), (10, 0, 0)]);
    registration.shutdown().unwrap();
    let replayed = register().endpoint(receiver.endpoint()).replay(&path).unwrap();
    assert_eq!((replayed.delivered, replayed.damaged), (10, 0));
}

#[test]
fn what_a_file_did_not_take_by_the_end_is_lost_and_said_once() {
    let (_turn, folder, receiver) = (Program::turn(), Temporary::new(), Receiver::http());
    fs::create_dir(folder.path()).unwrap();
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let registration = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .file(folder.path().join("traces.jsonl"))
        // With a spool too: a file has none.
        .spool(folder.path().with_extension("spool"))
        .shutdown_timeout(Duration::from_secs(60))
        .on_diagnostic(move |diagnostic| heard.lock().unwrap().push(diagnostic.clone()))
        .install()
        .unwrap();
    fs::remove_dir_all(folder.path()).unwrap();
    (0..10).for_each(work);
    let begun = Instant::now();
    registration.shutdown().unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(30), "it is not waited for to the end");
    assert_eq!(accounts(&registration), [(10, 0, 0), (0, 0, 10)]);
    assert_eq!(registration.stats()[1].lost_by_cause["file"], 10);
    let said = std::mem::take(&mut *said.lock().unwrap());
    let [lost] = &said[..] else { panic!("one line: {said:?}") };
    assert_eq!(lost.spans, 10);
    for expected in ["could not be written (No such file", "10 spans not delivered: make room"] {
        assert!(lost.message.contains(expected), "{lost}");
    }
    fs::remove_dir_all(folder.path().with_extension("spool")).unwrap();
}

/// A line of another process: a request without spans, and spaces.
const OTHER: &str = "{\"resourceSpans\":[]}";
const OTHER_LENGTH: usize = 100;

#[test]
#[ignore = "run by the next test, where no file may grow beyond a limit"]
fn on_a_file_that_is_nearly_full() {
    let path = std::path::Path::new(&of_parent(FOLDER)).join("traces.jsonl");
    let registration = quiet().exporter(Nowhere).file(&path).install().unwrap();
    let mut other = fs::OpenOptions::new().append(true).open(&path).unwrap();
    let line = format!("{OTHER:<0$}\n", OTHER_LENGTH - 1);
    let mut lines = 0;
    while other.write(line.as_bytes()).is_ok_and(|written| written == line.len()) {
        lines += 1;
    }
    // There is room for a part of a line, not for all of one.
    lines -= 1;
    other.set_len(lines * OTHER_LENGTH as u64).unwrap();
    work(1);
    let error = registration.flush().unwrap_err();
    assert!(error.cause.contains("could not be written (File too large"), "{error}");
    assert_eq!(accounts(&registration), [(1, 0, 0), (0, 1, 0)]);
    let text = fs::read_to_string(&path).unwrap();
    let whole = text.lines().filter(|line| line.starts_with(OTHER)).count();
    assert_eq!(whole as u64, lines, "nothing of another process is cut off");
    assert!(text.len() > whole * OTHER_LENGTH, "a part is written");
    fs::rename(&path, path.with_extension("full")).unwrap();
    registration.shutdown().unwrap();
    assert_eq!(accounts(&registration), [(1, 0, 0), (1, 0, 0)]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_line_that_does_not_fit_harms_no_line_of_another_process() {
    let (_turn, folder, receiver) = (Program::turn(), Temporary::new(), Receiver::http());
    fs::create_dir(folder.path()).unwrap();
    let child = child("delivery_file_faults::on_a_file_that_is_nearly_full");
    let output = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""])
        .arg(child.get_program())
        .args(child.get_args())
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let replayed = register().endpoint(receiver.endpoint()).replay(folder.path()).unwrap();
    assert_eq!((replayed.delivered, replayed.damaged), (1, 1));
}

#[test]
fn a_line_that_another_process_has_not_ended_is_ended() {
    let (_turn, folder, receiver) = (Program::turn(), Temporary::new(), Receiver::http());
    fs::create_dir(folder.path()).unwrap();
    let path = folder.path().join("traces.jsonl");
    fs::write(&path, "{\"torn").unwrap();
    let registration = quiet().exporter(Nowhere).file(&path).install().unwrap();
    work(1);
    registration.flush().unwrap();
    let mut other = fs::OpenOptions::new().append(true).open(&path).unwrap();
    other.write_all(b"{\"again").unwrap();
    work(2);
    registration.shutdown().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 4, "{text}");
    let replayed = register().endpoint(receiver.endpoint()).replay(&path).unwrap();
    assert_eq!((replayed.delivered, replayed.damaged), (2, 2));
    until(|| receiver.ids().len() == 2);
}

#[test]
fn two_writers_of_one_file_tear_no_line() {
    let (_turn, folder, receiver) = (Program::turn(), Temporary::new(), Receiver::http());
    fs::create_dir(folder.path()).unwrap();
    let path = folder.path().join("traces.jsonl");
    // Each has opened the file for itself, as two processes do.
    let writers = [(); 2].map(|()| {
        let processor = quiet().exporter(Nowhere).file(&path).batch(false).processor().unwrap();
        SdkTracerProvider::builder().with_span_processor(processor).build()
    });
    std::thread::scope(|scope| {
        for provider in &writers {
            scope.spawn(|| {
                let tracer = provider.tracer("writer");
                for n in 0..200_usize {
                    let text = KeyValue::new("text", "x".repeat(100 * n));
                    tracer.in_span("span", |context| context.span().set_attribute(text));
                }
                provider.shutdown().unwrap();
            });
        }
    });
    let replayed = register().endpoint(receiver.endpoint()).replay(&path).unwrap();
    assert_eq!((replayed.delivered, replayed.damaged), (400, 0));
}
