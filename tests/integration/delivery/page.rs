//! Spans written to a page, without a browser. `tests/browser` opens pages.

use integration_tests::delivery::{DiscardingExporter, FOLDER, env_of_parent, wait_until};
use integration_tests::{Page, Program, Receiver, TempFolder, child, is_child};
use serde_json::Value;
use std::path::{Path, PathBuf};
use trace_runtime::{Builder, chain, llm, mask::Mask, page, register};

#[chain]
fn work(_n: u32) {}

#[llm]
fn ask(_question: &str) -> &'static str {
    "</script><script>alert('<!--')</script>"
}

/// Creates an empty folder, and returns it with the path of a page in it.
fn folder() -> (TempFolder, PathBuf) {
    let folder = TempFolder::new();
    std::fs::create_dir(folder.path()).unwrap();
    let page = folder.path().join("trace.html");
    (folder, page)
}

/// Returns a builder that writes spans nowhere else than to this page.
fn only_page(page: &Path) -> Builder {
    register().verbose(false).on_diagnostic(|_| {}).exporter(DiscardingExporter).html(page)
}

/// Records so many spans on a page.
fn record(page: &Path, spans: u32) {
    let registration = only_page(page).batch(false).install().unwrap();
    (0..spans).for_each(work);
    registration.shutdown().unwrap();
}

#[test]
fn page_holds_the_lines_of_the_file() {
    let (_lock, (folder, path)) = (Program::lock(), folder());
    let lines = folder.path().join("traces.jsonl");
    let registration = only_page(&path).file(&lines).install().unwrap();
    work(1);
    ask("<script>alert(1)</script>\u{2028}\0");
    registration.flush().unwrap();
    let page = Page::read(&path);
    assert_eq!(page.document, page::HTML);
    assert!(page.document.ends_with('\n'), "blocks begin on a line of their own");
    work(2);
    registration.shutdown().unwrap();
    let page = Page::read(&path);
    assert_eq!((page.names(), page.damaged), (vec!["work".into(), "ask".into(), "work".into()], 0));
    let lines = std::fs::read_to_string(&lines).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(page.requests, lines);
    // Nothing but blocks comes after the document.
    let text = std::fs::read_to_string(&path).unwrap();
    let blocks = text.strip_prefix(page::HTML).unwrap();
    assert!(!blocks.contains("alert"), "{blocks}");
}

#[test]
fn page_of_two_processes_begins_once_and_has_all_spans() {
    if is_child() {
        return record(&Path::new(&env_of_parent(FOLDER)).join("trace.html"), 50);
    }
    let (folder, path) = folder();
    let children = [(); 3].map(|()| {
        let mut child =
            child("delivery::page::page_of_two_processes_begins_once_and_has_all_spans");
        child.env(FOLDER, folder.path()).spawn().unwrap()
    });
    for child in children {
        assert!(child.wait_with_output().unwrap().status.success());
    }
    let page = Page::read(&path);
    assert_eq!((page.document.as_str(), page.damaged), (page::HTML, 0));
    assert_eq!((page.names().len(), page.ids().len()), (150, 150));
}

#[test]
fn page_of_a_killed_program_has_its_flushed_spans() {
    let name = "delivery::page::page_of_a_killed_program_has_its_flushed_spans";
    if is_child() {
        let folder = env_of_parent(FOLDER);
        let registration = only_page(&Path::new(&folder).join("trace.html")).install().unwrap();
        work(1);
        registration.flush().unwrap();
        std::fs::write(Path::new(&folder).join("flushed"), "").unwrap();
        loop {
            std::thread::park();
        }
    }
    let (folder, path) = folder();
    let mut child = child(name).env(FOLDER, folder.path()).spawn().unwrap();
    wait_until(|| folder.path().join("flushed").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    let page = Page::read(&path);
    assert_eq!((page.names(), page.damaged), (vec!["work".to_owned()], 0));
}

#[test]
fn torn_block_leaves_later_blocks_readable() {
    let (_lock, (_folder, path)) = (Program::lock(), folder());
    record(&path, 2);
    let text = std::fs::read(&path).unwrap();
    std::fs::write(&path, &text[..text.len() - 100]).unwrap();
    record(&path, 3);
    let page = Page::read(&path);
    assert_eq!((page.document.as_str(), page.damaged), (page::HTML, 1));
    assert_eq!(page.names().len(), 4);
    let receiver = Receiver::http();
    let replayed = register().endpoint(receiver.endpoint()).replay(&path).unwrap();
    assert_eq!((replayed.delivered, replayed.damaged), (4, 1));
    assert_eq!(receiver.ids().len(), 4);
}

#[test]
fn torn_document_is_completed() {
    let (_lock, (_folder, path)) = (Program::lock(), folder());
    for length in [0, 1, page::HTML.len() / 2, page::HTML.len() - 1] {
        std::fs::write(&path, &page::HTML.as_bytes()[..length]).unwrap();
        record(&path, 1);
        let page = Page::read(&path);
        assert_eq!((page.document.as_str(), page.names().len()), (page::HTML, 1), "{length}");
    }
}

#[test]
fn page_of_an_earlier_version_is_continued() {
    let (_lock, (_folder, path)) = (Program::lock(), folder());
    let end_of_policy = page::HTML.find(">\n<meta name=\"viewport\"").unwrap();
    let earlier = format!("{}>\n<body>another program\n", &page::HTML[..end_of_policy]);
    std::fs::write(&path, &earlier).unwrap();
    record(&path, 1);
    let page = Page::read(&path);
    assert_eq!((page.names().len(), page.document), (1, earlier));
}

#[test]
fn rotated_pages_open() {
    let (_lock, (folder, path)) = (Program::lock(), folder());
    let limit = page::HTML.len() as u64 + 4000;
    let registration = only_page(&path).file_rotation(limit, 2).batch(false).install().unwrap();
    (0..30).for_each(work);
    registration.shutdown().unwrap();
    assert_eq!(registration.stats()[1].delivered, 30);
    let names = ["trace.1.html", "trace.2.html", "trace.html"].map(|it| folder.path().join(it));
    assert_eq!(folder.files(), names);
    let pages = names.map(|name| {
        assert!(name.metadata().unwrap().len() <= limit);
        Page::read(&name)
    });
    assert!(pages.iter().all(|page| page.document == page::HTML && page.damaged == 0));
    assert!(pages.iter().all(|page| page.names().len() > 1));
}

#[test]
fn limit_below_the_length_of_the_document_keeps_one_block_in_each_page() {
    let (_lock, (folder, path)) = (Program::lock(), folder());
    let registration = only_page(&path).file_rotation(1, 10).batch(false).install().unwrap();
    (0..3).for_each(work);
    registration.shutdown().unwrap();
    let counts: Vec<_> = folder.files().iter().map(|name| Page::read(name).names().len()).collect();
    assert_eq!(counts, [1, 1, 1]);
}

#[cfg(unix)]
#[test]
fn page_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (_lock, (_folder, path)) = (Program::lock(), folder());
    record(&path, 1);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn masked_values_are_not_on_the_page() {
    let (_lock, (_folder, path)) = (Program::lock(), folder());
    let mask = Mask::new().hide_outputs(true);
    let registration = only_page(&path).mask(mask).install().unwrap();
    ask("my key is sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKL");
    registration.shutdown().unwrap();
    let text = Page::read(&path).requests[0].to_string();
    assert!(text.contains("my key is"), "{text}");
    assert!(!text.contains("abcdefghij") && !text.contains("alert"), "{text}");
}

#[test]
fn variable_names_the_page() {
    let name = "delivery::page::variable_names_the_page";
    if is_child() {
        let registration = register().exporter(DiscardingExporter).install().unwrap();
        work(1);
        return registration.shutdown().unwrap();
    }
    let (_folder, path) = folder();
    let output = child(name).env("TRACE_HTML", &path).output().unwrap();
    let banner = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{banner}");
    assert!(banner.contains(&format!("  page       file://{}\n", path.display())), "{banner}");
    assert_eq!(Page::read(&path).names(), ["work"]);
}

#[test]
fn path_that_cannot_be_a_page_is_an_error() {
    let (_lock, (folder, path)) = (Program::lock(), folder());
    let error = |path: &Path| only_page(path).install().unwrap_err().to_string();
    let expected = |path: &Path, reason: &str| {
        format!("`html(..)` names {}, which cannot be written: {reason}", path.display())
    };
    let missing = folder.path().join("none/trace.html");
    let reason = "No such file or directory (os error 2)";
    assert_eq!(error(&missing), expected(&missing, reason));
    assert_eq!(error(folder.path()), expected(folder.path(), "Is a directory (os error 21)"));
    std::fs::write(&path, "<!doctype html>\n<title>Notes</title>\n").unwrap();
    let reason = "it exists and is not a page of traces; delete it, or choose another path";
    assert_eq!(error(&path), expected(&path, reason));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "<!doctype html>\n<title>Notes</title>\n");
}

#[test]
fn page_is_made_from_json_lines() {
    let (_lock, (folder, path)) = (Program::lock(), folder());
    let lines = folder.path().join("traces.jsonl");
    let registration =
        register().verbose(false).exporter(DiscardingExporter).file(&lines).install().unwrap();
    (0..3).for_each(work);
    registration.shutdown().unwrap();
    std::fs::write(&lines, [&std::fs::read(&lines).unwrap(), &b"{\"torn"[..]].concat()).unwrap();
    // The second call replaces the page of the first one.
    for _ in 0..2 {
        let written = page::write(&lines, &path).unwrap();
        assert_eq!((written.delivered, written.damaged), (3, 1));
        let page = Page::read(&path);
        assert_eq!((page.document.as_str(), page.names().len()), (page::HTML, 3));
    }
    let copy = folder.path().join("copy.html");
    assert_eq!(page::write(&path, &copy).unwrap().delivered, 3);
    assert_eq!(std::fs::read(&copy).unwrap(), std::fs::read(&path).unwrap());
    assert_eq!(folder.files(), [copy, path, lines]);
}

#[test]
fn page_is_not_made_in_place_of_another_file() {
    let (folder, path) = folder();
    let lines = folder.path().join("traces.jsonl");
    std::fs::write(&lines, "{\"resourceSpans\":[]}\n").unwrap();
    let error = page::write(&lines, &lines).unwrap_err().to_string();
    let reason = "cannot be written: it exists and is not a page of traces";
    assert_eq!(error, format!("{} {reason}", lines.display()));
    let missing = page::write(folder.path().join("none"), &path).unwrap_err().to_string();
    assert!(missing.ends_with("none cannot be read: No such file or directory (os error 2)"));
    assert_eq!(folder.files(), [lines]);
}
