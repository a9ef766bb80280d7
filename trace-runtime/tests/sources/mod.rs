//! The sources of this crate, for tests that read them.

use std::fs;
use std::path::{Path, PathBuf};

/// Lists the Rust files below a folder, without unit tests in folders of their own.
pub(crate) fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() && !path.ends_with("tests") {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("tests.rs")
        {
            files.push(path);
        }
    }
}
