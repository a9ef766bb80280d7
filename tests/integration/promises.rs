//! Checks that each promise in `docs/reliability.md` links to tests that exist.

use std::path::Path;

#[test]
fn each_promise_links_to_existing_tests() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let page = std::fs::read_to_string(docs.join("reliability.md")).unwrap();
    let table = page.split_once("| promise | test |\n|---|---|\n").unwrap().1;
    let mut promises = 0;
    for row in table.lines().take_while(|row| row.starts_with('|')) {
        let [_, promise, tests, _] = row.split('|').collect::<Vec<_>>()[..] else {
            panic!("two columns: {row}");
        };
        let links: Vec<_> = tests.split("[`").skip(1).collect();
        assert!(!links.is_empty(), "without a test: {promise}");
        for link in links {
            let (name, rest) = link.split_once("`](").unwrap();
            let path = docs.join(rest.split_once(')').unwrap().0);
            let text = std::fs::read_to_string(&path).unwrap();
            let last = name.rsplit("::").next().unwrap();
            let is_whole_file = path.file_stem().unwrap() == last;
            let is_test = |at: usize| text[..at].trim_end().ends_with("#[test]");
            let function = text.find(&format!("fn {last}()"));
            assert!(is_whole_file || function.is_some_and(is_test), "no test {name} for {promise}");
        }
        promises += 1;
    }
    assert!(promises > 40, "{promises}");
}
