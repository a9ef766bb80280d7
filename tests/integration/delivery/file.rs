//! Spans written to files, and replayed from files and spools to a backend.

use integration_tests::delivery::DiscardingExporter;
use integration_tests::{Program, Receiver, Reply, TempFolder, block_on};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use serde_json::{Value, json};
use trace_runtime::{chain, delivery::ReplayError, register};

#[chain(attributes(whole = 7_i64, part = 0.5, flags = [true, false], many = [1_i64, 2]))]
fn work(_n: u32) {}

/// Creates an empty folder.
fn folder() -> TempFolder {
    let folder = TempFolder::new();
    std::fs::create_dir(folder.path()).unwrap();
    folder
}

fn lines(path: &std::path::Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn line_matches_the_collectors_json() {
    let (_lock, folder) = (Program::lock(), folder());
    let path = folder.path().join("traces.jsonl");
    let receiver = Receiver::http();
    let registration =
        register().verbose(false).endpoint(receiver.endpoint()).file(&path).install().unwrap();
    work(1);
    registration.shutdown().unwrap();
    let [line] = &lines(&path)[..] else { panic!("one line") };
    let span = &line["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    let is_hex = |id: &Value, length| {
        let id = id.as_str().unwrap();
        id.len() == length && id.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
    };
    assert!(is_hex(&span["traceId"], 32) && is_hex(&span["spanId"], 16), "{span}");
    assert!(span["startTimeUnixNano"].as_str().unwrap().parse::<u64>().is_ok(), "{span}");
    assert_eq!((&span["kind"], &span["status"]["code"]), (&json!(1), &json!(1)));
    let value = |key: &str| {
        let attributes = span["attributes"].as_array().unwrap();
        attributes.iter().find(|attribute| attribute["key"] == key).unwrap()["value"].clone()
    };
    assert_eq!(value("whole"), json!({"intValue": "7"}));
    assert_eq!(value("part"), json!({"doubleValue": 0.5}));
    assert_eq!(
        value("flags"),
        json!({"arrayValue": {"values": [{"boolValue": true}, {"boolValue": false}]}})
    );
    assert_eq!(
        value("many"),
        json!({"arrayValue": {"values": [{"intValue": "1"}, {"intValue": "2"}]}})
    );
    let read: ExportTraceServiceRequest = serde_json::from_value(line.clone()).unwrap();
    assert_eq!(read, receiver.received()[0].request, "file and request differ");
}

#[test]
fn rotation_renames_full_files_and_deletes_the_oldest() {
    let (_lock, folder) = (Program::lock(), folder());
    let path = folder.path().join("traces.jsonl");
    let registration = register()
        .verbose(false)
        .exporter(DiscardingExporter)
        .file(&path)
        .file_rotation(4000, 2)
        .batch(false)
        .install()
        .unwrap();
    (0..20).for_each(work);
    registration.shutdown().unwrap();
    assert_eq!(registration.stats()[1].delivered, 20);
    let names = folder.files();
    let expected = ["", ".1", ".2"].map(|end| folder.path().join(format!("traces.jsonl{end}")));
    assert_eq!(names, expected);
    let kept: usize = names.iter().map(|name| lines(name).len()).sum();
    assert!((3..20).contains(&kept), "{kept}");
    assert!(names.iter().all(|name| name.metadata().unwrap().len() <= 4000));
    let newest = lines(&path).pop().unwrap().to_string();
    assert!(newest.contains(r#""key":"input.value","value":{"stringValue":"19"}"#), "{newest}");
}

#[test]
fn file_moved_while_open_is_created_again() {
    let (_lock, folder) = (Program::lock(), folder());
    let (path, moved) = (folder.path().join("traces.jsonl"), folder.path().join("moved"));
    let registration = register()
        .verbose(false)
        .exporter(DiscardingExporter)
        .file(&path)
        .file_rotation(4000, 20)
        .batch(false)
        .install()
        .unwrap();
    work(0);
    registration.flush().unwrap();
    std::fs::rename(&path, &moved).unwrap();
    // These exceed the maximum length of a file, so rotation happens too.
    (1..10).for_each(work);
    registration.shutdown().unwrap();
    assert_eq!(registration.stats()[1].delivered, 10);
    let kept: usize = folder.files().iter().map(|name| lines(name).len()).sum();
    assert_eq!((kept, lines(&moved).len()), (10, 1));
}

#[test]
fn replay_sends_a_file_and_a_spool_to_any_endpoint() {
    let (_lock, folder) = (Program::lock(), folder());
    let (path, spool) = (folder.path().join("traces.jsonl"), folder.path().join("spool"));
    let registration = register()
        .verbose(false)
        .on_diagnostic(|_| {})
        .endpoint("http://127.0.0.1:1")
        .file(&path)
        .spool(&spool)
        .install()
        .unwrap();
    (0..10).for_each(work);
    assert_eq!(registration.shutdown().unwrap_err().on_disk, 10);
    std::fs::write(&path, [&std::fs::read(&path).unwrap(), &b"{\"torn"[..]].concat()).unwrap();

    let receiver = Receiver::http_answering(|n, _| match n {
        0 => Reply::status(503, "busy"),
        _ => Reply::default(),
    });
    let from_file = register().endpoint(receiver.endpoint()).replay(&path).unwrap();
    assert_eq!((from_file.delivered, from_file.refused, from_file.damaged), (10, 0, 1));
    // Replay also works inside a runtime and over gRPC.
    let grpc = Receiver::grpc_answering(|_, _| Reply::default());
    let to_grpc = || {
        let protocol = trace_runtime::delivery::Protocol::Grpc;
        register().endpoint(grpc.endpoint()).protocol(protocol).replay(&spool)
    };
    let from_spool = block_on(async { to_grpc().unwrap() });
    assert_eq!((from_spool.delivered, from_spool.damaged), (10, 0));
    assert_eq!(grpc.ids().len(), 10);
    let mut sent_once = receiver.received().remove(1).request;
    sent_once.resource_spans.truncate(1);
    assert_eq!(sent_once.resource_spans, grpc.received()[0].request.resource_spans);
}

#[chain(attributes(nan = f64::NAN, up = f64::INFINITY, both = [f64::NEG_INFINITY, 0.5]))]
fn non_finite_numbers() {}

#[test]
fn nan_and_infinities_survive_a_file_and_a_replay() {
    let (_lock, folder) = (Program::lock(), folder());
    let path = folder.path().join("traces.jsonl");
    let receiver = Receiver::http();
    let registration =
        register().verbose(false).endpoint(receiver.endpoint()).file(&path).install().unwrap();
    non_finite_numbers();
    registration.shutdown().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    for expected in [
        r#""key":"nan","value":{"doubleValue":"NaN"}"#,
        r#""key":"up","value":{"doubleValue":"Infinity"}"#,
        r#""values":[{"doubleValue":"-Infinity"},{"doubleValue":0.5}]"#,
    ] {
        assert!(text.contains(expected), "{text}");
    }
    let replayed = register().endpoint(receiver.endpoint()).replay(&path).unwrap();
    assert_eq!((replayed.delivered, replayed.damaged), (1, 0));
    let [first, again] = &receiver.received()[..] else { panic!("two requests") };
    // Compare as text, because NaN is not equal to itself.
    let [first, again] = [first, again].map(|received| format!("{:?}", received.request));
    assert_eq!(first, again, "replay and request differ");
}

#[test]
fn replay_of_a_folder_reads_files_of_any_name() {
    let (_lock, folder) = (Program::lock(), folder());
    let receiver = Receiver::http();
    let registration = register()
        .verbose(false)
        .exporter(DiscardingExporter)
        .file(folder.path().join("traces"))
        .file_rotation(1, 20)
        .batch(false)
        .install()
        .unwrap();
    (0..3).for_each(work);
    registration.shutdown().unwrap();
    assert_eq!(folder.files().len(), 3);
    let replayed = register().endpoint(receiver.endpoint()).replay(folder.path()).unwrap();
    assert_eq!((replayed.delivered, replayed.damaged), (3, 0));
}

#[test]
fn failing_replay_reports_the_cause() {
    let folder = folder();
    let missing = register().replay(folder.path().join("none")).unwrap_err();
    assert!(
        missing
            .to_string()
            .ends_with("none cannot be read: No such file or directory (os error 2)")
    );
    let path = folder.path().join("one.jsonl");
    std::fs::write(&path, "{\"resourceSpans\":[]}\n").unwrap();
    let error = register().endpoint("http://127.0.0.1:1").replay(&path).unwrap_err();
    assert!(matches!(error, ReplayError::Undelivered { delivered: 0, .. }), "{error}");
    assert!(error.to_string().contains("could not be reached (Connection refused"), "{error}");
}
