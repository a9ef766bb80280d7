"""Runs the programs of this project: the examples and the tests with real clients."""

import os
import pathlib
import re
import subprocess

from report import fail

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def clean_environment():
    """Returns the environment without variables that configure the servers or the examples."""
    prefixes = ("OTEL_", "TRACE_", "PHOENIX_", "MLFLOW_", "OPENAI_", "OPENROUTER_", "OPENINFERENCE_")
    return {k: v for k, v in os.environ.items() if not k.startswith(prefixes)}


def build():
    command = ["cargo", "build", "--package", "examples", "--package", "client-examples",
               "--features", "examples/grpc,examples/cost,examples/file,client-examples/grpc",
               "--example", "hinbox", "--example", "chat", "--example", "feedback", "--example", "evaluate",
               "--example", "session", "--example", "phoenix_prices"]
    # With the features of the tests, so that nothing is compiled a second time.
    conversation = ["cargo", "build", "--package", "integration-tests",
                    "--bin", "named_backend", "--test", "recorded"]
    for each in (command, conversation):
        if subprocess.run(each, cwd=ROOT).returncode != 0:
            fail("the examples did not build")


def run_example(example="hinbox", answer="Canned answer to: Plan a trip", arguments=(), **environment):
    """Runs an example; returns its trace id and its stderr."""
    program = TARGET / "debug" / "examples" / example
    ran = subprocess.run([program, *arguments], env={**clean_environment(), **environment}, text=True,
                         capture_output=True, timeout=60)
    if ran.returncode != 0 or answer not in ran.stdout:
        fail(f"{example} failed:\n{ran.stdout}{ran.stderr}")
    trace = re.search(r"^trace ([0-9a-f]{32})$", ran.stderr, re.M)
    return trace and trace.group(1), ran.stderr


def test_clients(phoenix):
    """Runs the tests with real clients, which also read each span back from this Phoenix."""
    command = ["cargo", "test", "--quiet", "--package", "clients"]
    environment = {**clean_environment(), "READ_BACK_FROM": phoenix}
    tested = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True)
    # A test that starts itself again prints its own result first, so the last one counts.
    passed = re.findall(r"^test result: ok\. ([1-9]\d*) passed", tested.stdout, re.M)
    if tested.returncode != 0 or not passed:
        fail(f"the spans of a client differ in Phoenix:\n{tested.stdout}{tested.stderr}")
    return passed[-1]
