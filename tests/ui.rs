//! What the compiler prints for each mistake: see `ui/README.md`.

/// The version of rustc that the messages were printed by.
const VERSION: &str = "rustc 1.95.";

#[test]
fn messages() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = std::process::Command::new(rustc).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    if !version.as_ref().is_ok_and(|version| version.starts_with(VERSION)) {
        println!("left out: the messages are those of {VERSION}, and this is {version:?}");
        return;
    }
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
