//! The page of a test that fails.

use super::span::RecordedSpan;
use crate::delivery::page;
use crate::sync;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

/// The pages that this process has written. The first trace of a test replaces the page of an
/// earlier run; further ones are added to it.
static WRITTEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// The longest name of a page. File systems allow 255 bytes.
const MAX_NAME_CHARS: usize = 200;

/// Writes spans to the page of the current test, and returns its path. `None` without spans, and
/// for a program outside of a target folder, such as a doc test.
pub(super) fn write(spans: &[RecordedSpan]) -> Option<io::Result<PathBuf>> {
    let executable = std::env::current_exe().ok()?;
    let folder = target_folder(&executable).filter(|_| !spans.is_empty())?.join("traces");
    let program = program(&executable);
    let page = folder.join(format!("{}.html", test_name(&program)));
    Some(add(&folder, page, spans, program))
}

fn add(
    folder: &Path,
    page: PathBuf,
    spans: &[RecordedSpan],
    program: String,
) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    // Held while the page is written, because two tests of different modules may have one name.
    let mut written = sync::lock(&WRITTEN);
    if written.insert(page.clone()) {
        page::remove_page(&page)?;
    }
    page::append(&page, spans.iter().map(|span| span.data().clone()).collect(), program)?;
    Ok(page)
}

/// Returns the target folder of Cargo. Cargo marks it for programs that make backups; without the
/// mark, a test program is at `target/debug/deps/program`.
fn target_folder(executable: &Path) -> Option<&Path> {
    let mut folders = executable.ancestors().skip(1);
    let marked = folders.clone().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    marked.or_else(|| folders.next().filter(|it| it.ends_with("deps"))?.parent()?.parent())
}

/// Returns the name of the test program, without the hash that Cargo adds.
fn program(executable: &Path) -> String {
    let stem = executable.file_stem().unwrap_or_default().to_string_lossy();
    let is_hash =
        |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = stem.rsplit_once('-').filter(|(_, hash)| is_hash(hash)).map(|(name, _)| name);
    name.unwrap_or(&stem).to_owned()
}

/// Returns the name of the current test, which is that of its thread, as the name of a file. With
/// one test thread the tests run on the main thread: the program stands for the test then.
fn test_name(program: &str) -> String {
    let thread = thread::current();
    let name = thread.name().filter(|name| *name != "main").unwrap_or(program).replace("::", ".");
    let allowed = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    name.chars().take(MAX_NAME_CHARS).map(allowed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_of_a_page_is_the_path_of_the_test() {
        assert_eq!(
            test_name("program"),
            "testing.page.tests.name_of_a_page_is_the_path_of_the_test"
        );
        let named = |name: &str| {
            let spawned =
                thread::Builder::new().name(name.to_owned()).spawn(|| test_name("program"));
            spawned.unwrap().join().unwrap()
        };
        assert_eq!(named("main"), "program");
        assert_eq!(named("../../etc/a b"), "..-..-etc-a-b");
    }

    #[test]
    fn folder_of_a_test_program_is_the_target_folder() {
        let executable = Path::new("/no-such-folder/target/debug/deps/agent-0123456789abcdef");
        assert_eq!(target_folder(executable), Some(Path::new("/no-such-folder/target")));
        assert_eq!(target_folder(Path::new("/no-such-folder/agent")), None);
    }

    #[test]
    fn name_of_a_program_has_no_hash() {
        assert_eq!(program(Path::new("/target/debug/deps/agent-0123456789abcdef")), "agent");
        assert_eq!(program(Path::new("/target/debug/my-agent.exe")), "my-agent");
    }
}
