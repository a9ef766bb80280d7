#!/usr/bin/env python3
"""Builds the runtime with the lowest version of each direct dependency that its manifest allows.

Programs may have those versions in their lock file. The check runs in a copy of the two published
packages, because the tests and examples of the workspace need later versions.

    python3 .ci/minimal_versions.py
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGES = ["trace-macros", "trace-runtime"]
# The option of Cargo that selects the versions is not stable.
ENVIRONMENT = dict(os.environ, RUSTC_BOOTSTRAP="1")
ENVIRONMENT.setdefault("CARGO_TARGET_DIR", str(ROOT / "target" / "minimal-versions"))


def copy_packages(folder):
    """Copies the packages into a workspace of their own, without their development dependencies."""
    manifest = (ROOT / "Cargo.toml").read_text()
    members = "members = [{}]".format(", ".join(f'"{name}"' for name in PACKAGES))
    manifest = re.sub(r"^members = \[.*?^\]", members, manifest, flags=re.DOTALL | re.MULTILINE)
    manifest = re.sub(r"^default-members = \[.*?^\]", "", manifest, flags=re.DOTALL | re.MULTILINE)
    (folder / "Cargo.toml").write_text(manifest)
    # Two chapters are documentation tests of the runtime.
    for name in [*PACKAGES, "docs"]:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("target"))
    for name in PACKAGES:
        path = folder / name / "Cargo.toml"
        text = re.sub(r"^\[dev-dependencies\].*?(?=^\[)", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
        path.write_text(text)


def cargo(folder, *arguments):
    subprocess.run(["cargo", *arguments], cwd=folder, env=ENVIRONMENT, check=True)


with tempfile.TemporaryDirectory() as temporary:
    workspace = pathlib.Path(temporary)
    copy_packages(workspace)
    cargo(workspace, "update", "--quiet", "-Z", "direct-minimal-versions")
    cargo(workspace, "check", "--quiet", "-p", "trace-runtime")
    cargo(workspace, "check", "--quiet", "-p", "trace-runtime", "--all-features")
print("the lowest versions of all dependencies build")
