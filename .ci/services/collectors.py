"""Checks the configurations of collectors: runs that of rotel, and checks the form of the others."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PACKAGES = ["rotel==0.0.1a15", "pyyaml==6.0.2"]


def install():
    """Creates a virtual environment with the packages, once; returns its folder."""
    folder = TARGET / "collectors"
    done = folder / "installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(folder / "bin" / "pip"), "install", "--quiet", *PACKAGES], check=True)
        done.touch()
    return folder


CHECK_FORM = """
import sys, yaml
for path in sys.argv[1:]:
    config = yaml.safe_load(open(path))
    service = config["service"]
    used = {"extensions": set(service.get("extensions", []))}
    for pipeline in service["pipelines"].values():
        for part, names in pipeline.items():
            used.setdefault(part, set()).update(names)
    for part in used.keys() | config.keys() - {"service"}:
        given, wanted = set(config.get(part, {})), used.get(part, set())
        assert given == wanted, f"{path}: {part} defines {given} and uses {wanted}"
    print(f"{path}: every part is defined and used")
"""


def check():
    folder = install()
    files = sorted(str(file) for file in (ROOT / "examples" / "collector").glob("*.yaml"))
    subprocess.run([str(folder / "bin" / "python"), "-c", CHECK_FORM, *files], check=True)
    rotel = next(folder.glob("lib/python*/site-packages/rotel/rotel-agent"), None)
    if rotel is None:
        sys.exit("the package rotel has no rotel-agent")
    # Two seconds at a rate that any machine carries: the accounts are checked, not the speed.
    command = ["cargo", "run", "--quiet", "-p", "load-tests", "--bin", "through_rotel", "--"]
    subprocess.run([*command, str(rotel), "2", "2", "500"], check=True)
