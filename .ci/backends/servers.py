"""Installs servers from PyPI with uv, and starts them on free ports of loopback."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from programs import TARGET, clean_environment
from report import fail, log

CACHE = pathlib.Path(os.environ.get("BACKENDS_CACHE", TARGET / "backends"))
PHOENIX = "arize-phoenix==20.26.1"
MLFLOW = "mlflow==3.17.2"


def install(name, packages):
    """Creates a virtual environment with the packages, once; returns the path of a program in it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = CACHE / packages.replace("==", "-").replace(" ", "-")
    done = folder / "installed"
    if not done.exists():
        log(f"installing {packages}")
        uv = CACHE / "uv"
        commands = [
            [sys.executable, "-m", "venv", str(uv)],
            [str(uv / "bin" / "pip"), "install", "--quiet", "uv"],
            [sys.executable, "-m", "venv", str(folder)],
            [str(uv / "bin" / "uv"), "pip", "install", "--quiet", "--python",
             str(folder / "bin" / "python"), *packages.split()],
        ]
        for command in commands:
            if subprocess.run(command).returncode != 0:
                fail(f"{packages} could not be installed: is PyPI reachable? ({' '.join(command)})")
        done.touch()
    return folder / "bin" / name


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def serving(name, command, environment, ready):
    """Runs a server until the block ends."""
    output = tempfile.NamedTemporaryFile("w+", suffix=f"-{name}.log")
    server = subprocess.Popen(command, env={**clean_environment(), **environment}, stdout=output,
                              stderr=output, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = time.monotonic() + 180
        while not answers(ready):
            if server.poll() is not None or time.monotonic() > deadline:
                output.seek(0)
                fail(f"{name} did not start:\n{output.read()[-2000:]}")
            time.sleep(0.3)
        log(f"{name} is up")
        yield
    finally:
        # The server has its own process group, so this ends its children too.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status == 200
    except OSError:
        return False


def phoenix(port, grpc_port, **more):
    environment = {
        "PHOENIX_WORKING_DIR": tempfile.mkdtemp(),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(grpc_port),
        "PHOENIX_TELEMETRY_ENABLED": "false",
        "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
        "PHOENIX_DISABLE_AGENT_ASSISTANT": "true",
        **more,
    }
    command = [install("phoenix", PHOENIX), "serve"]
    return serving("phoenix", command, environment, f"http://127.0.0.1:{port}/healthz")


def mlflow(port):
    folder = tempfile.mkdtemp()
    command = [install("mlflow", MLFLOW), "server", "--host", "127.0.0.1", "--port", str(port),
               "--workers", "1", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
               "--artifacts-destination", f"{folder}/artifacts"]
    environment = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    return serving("mlflow", command, environment, f"http://127.0.0.1:{port}/health")
