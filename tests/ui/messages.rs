//! Compares the compiler's messages for each mistake in `cases/`. See `README.md`.

/// The version of rustc whose messages are stored. Other versions word some of them differently.
const VERSION: &str = "rustc 1.95.";

#[test]
fn cases_print_the_stored_messages() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = std::process::Command::new(rustc).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    if !version.as_ref().is_ok_and(|version| version.starts_with(VERSION)) {
        println!("skipped: the stored messages are those of {VERSION}, this is {version:?}");
        return;
    }
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}
