//! The page of an example.

use trace_runtime::Builder;

/// Writes the traces of this run to `target/traces/<example>.html`, with the feature `html`. The banner
/// of the registration names the page. A program that needs one calls `html("trace.html")`.
pub fn with_page(builder: Builder) -> Builder {
    #[cfg(feature = "html")]
    if let Some(page) = page() {
        return builder.html(page);
    }
    builder
}

/// Returns the path of the page, in an existing folder. The page of the last run is deleted.
#[cfg(feature = "html")]
fn page() -> Option<std::path::PathBuf> {
    // target/debug/examples/chat
    let executable = std::env::current_exe().ok()?;
    let folder = executable.ancestors().nth(3)?.join("traces");
    std::fs::create_dir_all(&folder).ok()?;
    let page = folder.join(executable.file_stem()?).with_extension("html");
    let _ = std::fs::remove_file(&page);
    Some(page)
}
