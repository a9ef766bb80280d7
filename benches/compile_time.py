#!/usr/bin/env python3
"""Measures compile times with the macros, compared with `#[tracing::instrument]`.

`functions` runs `cargo check` on a crate with 1,000 annotated functions, half of them async, and
measures the size of the expanded code. `build` runs a clean build of a program with one function and
counts its crates, compared with the common `tracing` stack. Rounds are interleaved, and the tables
show medians.

    python3 benches/compile_time.py functions
    python3 benches/compile_time.py build
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TRACE_RUNTIME = f'trace-runtime = {{ path = "{ROOT}/trace-runtime" }}\n'
TRACING_STACK = """tracing = "0.1"
tracing-subscriber = "0.3"
tracing-opentelemetry = "0.34"
opentelemetry = "0.33"
opentelemetry_sdk = "0.33"
opentelemetry-otlp = { version = "0.33", features = ["reqwest-rustls"] }
tokio = { version = "1", features = ["full"] }
"""
FUNCTION = """#[{attribute}]
pub {asynchronous}fn f{n}(text: &str, request: &Request, n: u32) -> Result<String, std::num::ParseIntError> {{
    let parsed: u32 = text.parse()?;
    Ok(format!("{{parsed}} {{}} {{n}}", request.text))
}}
"""


def package(folder, name, dependencies, source, main=False):
    root = folder / name
    (root / "src").mkdir(parents=True)
    manifest = f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2024"\n[workspace]\n[dependencies]\n'
    (root / "Cargo.toml").write_text(manifest + dependencies)
    (root / "src" / ("main.rs" if main else "lib.rs")).write_text(source)
    subprocess.run(["cargo", "generate-lockfile", "--quiet"], cwd=root, check=True)
    return root


def cargo(root, *arguments, **environment):
    began = time.monotonic()
    ran = subprocess.run(["cargo", *arguments], cwd=root, text=True, capture_output=True,
                         env={**os.environ, "CARGO_TARGET_DIR": str(root / "target"), **environment})
    if ran.returncode != 0:
        sys.exit(f"{root.name}: cargo {' '.join(arguments)} failed:\n{ran.stderr}")
    return ran.stdout, time.monotonic() - began


def annotated(attribute):
    functions = (FUNCTION.format(attribute=attribute, n=n, asynchronous="async " if n % 2 else "")
                 for n in range(1000))
    head = '//! Annotated functions.\n#[derive(Debug, serde::Serialize)]\npub struct Request {\n    pub text: String,\n}\n'
    return head + "".join(functions)


def functions(folder, rounds):
    serde = 'serde = { version = "1", features = ["derive"] }\n'
    crates = {
        "trace_runtime": package(folder, "with-trace-runtime", TRACE_RUNTIME + serde, annotated("trace_runtime::chain")),
        "tracing": package(folder, "with-tracing", 'tracing = "0.1"\n' + serde,
                           annotated("tracing::instrument(ret, err)")),
    }
    times = {name: [] for name in crates}
    for root in crates.values():
        cargo(root, "check")
    for _ in range(rounds):
        for name, root in crates.items():
            (root / "src" / "lib.rs").touch()
            times[name].append(cargo(root, "check", CARGO_INCREMENTAL="0")[1])
    print("| 1,000 functions | `cargo check` | expanded |\n|---|---|---|")
    for name, root in crates.items():
        # Printing the expansion is an unstable option, which RUSTC_BOOTSTRAP allows on stable.
        expanded, _ = cargo(root, "rustc", "--", "-Zunpretty=expanded", RUSTC_BOOTSTRAP="1")
        print(f"| `{name}` | {statistics.median(times[name]):.1f} s | {len(expanded) / 1e6:.1f} MB |")
    ratio = statistics.median(times["trace_runtime"]) / statistics.median(times["tracing"])
    print(f"ratio {ratio:.2f}")


def build(folder, rounds):
    traced = "#[trace_runtime::chain]\nfn f() {}\nfn main() { f() }\n"
    instrumented = "#[tracing::instrument]\nfn f() {}\nfn main() { f() }\n"
    programs = {
        "trace_runtime": package(folder, "with-trace-runtime", TRACE_RUNTIME, traced, main=True),
        "tracing stack": package(folder, "with-tracing", TRACING_STACK, instrumented, main=True),
    }
    print("| clean build | crates | debug | release | release binary |\n|---|---|---|---|---|")
    times = {(name, profile): [] for name in programs for profile in ("dev", "release")}
    for name, root in programs.items():
        cargo(root, "fetch")
    for _ in range(rounds):
        for (name, profile), taken in times.items():
            root = programs[name]
            shutil.rmtree(root / "target", ignore_errors=True)
            taken.append(cargo(root, "build", "--profile", profile)[1])
    for name, root in programs.items():
        tree, _ = cargo(root, "tree", "-e", "normal", "--prefix", "none", "--no-dedupe")
        crates = {line.split(" (")[0] for line in tree.splitlines() if line}
        debug, release = (statistics.median(times[name, p]) for p in ("dev", "release"))
        size = (root / "target" / "release" / root.name).stat().st_size / 1e6
        print(f"| `{name}` | {len(crates)} | {debug:.0f} s | {release:.0f} s | {size:.1f} MB |")


def main():
    measurements = {"functions": (functions, 3), "build": (build, 1)}
    if len(sys.argv) != 2 or sys.argv[1] not in measurements:
        sys.exit(__doc__)
    measure, rounds = measurements[sys.argv[1]]
    with tempfile.TemporaryDirectory() as folder:
        measure(pathlib.Path(folder), rounds)


main()
