//! What `docs/reliability.md` promises has the tests that it names.

use std::path::Path;

#[test]
fn every_promise_names_tests_that_are_there() {
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
