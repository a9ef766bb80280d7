//! Files that cannot be written for a while, and files that other processes write too.

use integration_tests::delivery::{
    DiscardingExporter, FOLDER, env_of_parent, quiet_builder, wait_until,
};
use integration_tests::{Program, Receiver, TempFolder, child_in_shell, is_child};
use std::fs;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use trace_runtime::opentelemetry::KeyValue;
use trace_runtime::opentelemetry::trace::{TraceContextExt, Tracer, TracerProvider};
use trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider;
use trace_runtime::{Registration, chain, register};

#[chain]
fn work(_n: u32) {}

/// Returns the delivered, pending and lost spans of each destination.
fn counts(registration: &Registration) -> Vec<(u64, u64, u64)> {
    let stats = registration.stats();
    stats.iter().map(|stats| (stats.delivered, stats.pending, stats.lost)).collect()
}

#[test]
fn temporarily_unwritable_file_receives_everything() {
    let (_lock, folder, receiver) = (Program::lock(), TempFolder::new(), Receiver::http());
    fs::create_dir(folder.path()).unwrap();
    let path = folder.path().join("traces.jsonl");
    let registration = quiet_builder().endpoint(receiver.endpoint()).file(&path).install().unwrap();
    fs::remove_dir_all(folder.path()).unwrap();
    (0..10).for_each(work);
    let error = registration.flush().unwrap_err();
    assert!(error.cause.contains("could not be written (No such file or directory"), "{error}");
    assert_eq!(counts(&registration), [(10, 0, 0), (0, 10, 0)]);
    fs::create_dir(folder.path()).unwrap();
    registration.flush().unwrap();
    assert_eq!(counts(&registration), [(10, 0, 0), (10, 0, 0)]);
    registration.shutdown().unwrap();
    let replayed = register().endpoint(receiver.endpoint()).replay(&path).unwrap();
    assert_eq!((replayed.delivered, replayed.damaged), (10, 0));
}

#[test]
fn unwritable_file_at_shutdown_loses_its_spans_and_reports_once() {
    let (_lock, folder, receiver) = (Program::lock(), TempFolder::new(), Receiver::http());
    fs::create_dir(folder.path()).unwrap();
    let messages = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&messages);
    let registration = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .file(folder.path().join("traces.jsonl"))
        // The spool is for backends only: spans for a file never go to it.
        .spool(folder.path().with_extension("spool"))
        .shutdown_timeout(Duration::from_secs(60))
        .on_diagnostic(move |diagnostic| sink.lock().unwrap().push(diagnostic.clone()))
        .install()
        .unwrap();
    fs::remove_dir_all(folder.path()).unwrap();
    (0..10).for_each(work);
    let begun = Instant::now();
    registration.shutdown().unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(30), "shutdown waited for its whole timeout");
    assert_eq!(counts(&registration), [(10, 0, 0), (0, 0, 10)]);
    assert_eq!(registration.stats()[1].lost_by_cause["file"], 10);
    let messages = std::mem::take(&mut *messages.lock().unwrap());
    let [lost] = &messages[..] else { panic!("one message: {messages:?}") };
    assert_eq!(lost.spans, 10);
    for expected in
        ["could not be written (No such file", "10 spans not delivered: make the file writable"]
    {
        assert!(lost.message.contains(expected), "{lost}");
    }
    fs::remove_dir_all(folder.path().with_extension("spool")).unwrap();
}

/// A line of another process: a request without spans, padded with spaces.
const OTHER: &str = "{\"resourceSpans\":[]}";
const OTHER_LENGTH: usize = 100;

/// Runs in a child process in which no file may grow beyond a limit.
fn write_to_a_nearly_full_file() {
    let path = std::path::Path::new(&env_of_parent(FOLDER)).join("traces.jsonl");
    let registration = quiet_builder().exporter(DiscardingExporter).file(&path).install().unwrap();
    let mut other = fs::OpenOptions::new().append(true).open(&path).unwrap();
    let line = format!("{OTHER:<0$}\n", OTHER_LENGTH - 1);
    let mut lines = 0;
    while other.write(line.as_bytes()).is_ok_and(|written| written == line.len()) {
        lines += 1;
    }
    // Leave room for a part of a span's line, but not for all of it.
    lines -= 1;
    other.set_len(lines * OTHER_LENGTH as u64).unwrap();
    work(1);
    let error = registration.flush().unwrap_err();
    assert!(error.cause.contains("could not be written (File too large"), "{error}");
    assert_eq!(counts(&registration), [(1, 0, 0), (0, 1, 0)]);
    let text = fs::read_to_string(&path).unwrap();
    let whole = text.lines().filter(|line| line.starts_with(OTHER)).count();
    assert_eq!(whole as u64, lines, "a line of the other process was cut off");
    assert!(text.len() > whole * OTHER_LENGTH, "no partial line was written");
    fs::rename(&path, path.with_extension("full")).unwrap();
    registration.shutdown().unwrap();
    assert_eq!(counts(&registration), [(1, 0, 0), (1, 0, 0)]);
}

#[cfg(target_os = "linux")]
#[test]
fn partial_line_leaves_lines_of_other_processes_intact() {
    if is_child() {
        return write_to_a_nearly_full_file();
    }
    let (_lock, folder, receiver) = (Program::lock(), TempFolder::new(), Receiver::http());
    fs::create_dir(folder.path()).unwrap();
    let test = "file_faults::partial_line_leaves_lines_of_other_processes_intact";
    let output = child_in_shell(test, "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\"")
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let replayed = register().endpoint(receiver.endpoint()).replay(folder.path()).unwrap();
    assert_eq!((replayed.delivered, replayed.damaged), (1, 1));
}

#[test]
fn unterminated_line_of_another_process_is_terminated() {
    let (_lock, folder, receiver) = (Program::lock(), TempFolder::new(), Receiver::http());
    fs::create_dir(folder.path()).unwrap();
    let path = folder.path().join("traces.jsonl");
    fs::write(&path, "{\"torn").unwrap();
    let registration = quiet_builder().exporter(DiscardingExporter).file(&path).install().unwrap();
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
    wait_until(|| receiver.ids().len() == 2);
}

#[test]
fn two_writers_of_one_file_interleave_whole_lines() {
    let (_lock, folder, receiver) = (Program::lock(), TempFolder::new(), Receiver::http());
    fs::create_dir(folder.path()).unwrap();
    let path = folder.path().join("traces.jsonl");
    // Each processor opens the file separately, as two processes would.
    let writers = [(); 2].map(|()| {
        let processor = quiet_builder()
            .exporter(DiscardingExporter)
            .file(&path)
            .batch(false)
            .processor()
            .unwrap();
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
