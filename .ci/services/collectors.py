"""Checks the configurations of collectors: runs that of rotel, and checks the form of the others."""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import time

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


def rotel_agent():
    """Returns the path of rotel's program."""
    agent = next(install().glob("lib/python*/site-packages/rotel/rotel-agent"), None)
    if agent is None:
        sys.exit("the package rotel has no rotel-agent")
    return str(agent)


def free_address():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{unused.getsockname()[1]}"


@contextlib.contextmanager
def rotel(backend):
    """Runs rotel with the configuration of this project, and yields its URL. At the end, rotel sends
    the spans that wait to the backend."""
    lines = (ROOT / "examples" / "collector" / "rotel.env").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    address = free_address()
    settings.update(
        ROTEL_OTLP_HTTP_ENDPOINT=address,
        ROTEL_OTLP_GRPC_ENDPOINT=free_address(),
        ROTEL_OTLP_EXPORTER_ENDPOINT=backend,
    )
    server = subprocess.Popen([rotel_agent(), "start"], env={**os.environ, **settings},
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        host, port = address.split(":")
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection((host, int(port))).close()
                break
            if server.poll() is not None or time.monotonic() > deadline:
                sys.exit("rotel does not start")
            time.sleep(0.05)
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait()


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
    # Two seconds at a rate that any machine carries: the accounts are checked, not the speed.
    command = ["cargo", "run", "--quiet", "-p", "load-tests", "--bin", "through_rotel", "--"]
    subprocess.run([*command, rotel_agent(), "2", "2", "500"], check=True)
