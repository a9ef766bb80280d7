#!/usr/bin/env python3
"""Runs the examples against a real Phoenix and a real MLflow, and reads the spans back.

Installs both with uv from PyPI into a cache folder (default target/backends), starts them on
free ports of the loopback interface, and stops what it started. Fails if anything cannot be
installed: it is never skipped.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("BACKENDS_CACHE", ROOT / "target" / "backends"))
PHOENIX = "arize-phoenix==20.26.1"
MLFLOW = "mlflow==3.17.2"
SECRET = "testsecret-0123456789abcdef0123456789abcdef"
ADMIN = "adminsecret-0123456789abcdef0123456789abcd"
WRONG_KEY = "wr0ng-key-that-nobody-may-see"

ANSWER = "Canned answer to: {}"
FRANCE, SPAIN = "What is the capital of France?", "And of Spain?"
# Name, kind, parent, input, output; the values compared as JSON where they are JSON.
EXPECTED = sorted(
    [
        ("my_llm_application", "AGENT", None, {}, {
            "france": ANSWER.format(FRANCE),
            "spain": ANSWER.format(SPAIN),
            "trip": ANSWER.format("Plan a trip"),
            "embedding": [0.1, 0.2, 0.3],
        }),
        ("query_llm", "LLM", "my_llm_application", {"prompt": FRANCE}, ANSWER.format(FRANCE)),
        ("query_llm", "LLM", "my_llm_application", {"prompt": SPAIN}, ANSWER.format(SPAIN)),
        ("query_agent", "AGENT", "my_llm_application", "Plan a trip", ANSWER.format("Plan a trip")),
        ("query_embedding", "TOOL", "my_llm_application", {"text": "embed me"}, [0.1, 0.2, 0.3]),
    ],
    key=str,
)


def fail(message):
    sys.exit(f"backends: {message}")


def say(message):
    print(f"backends: {message}", flush=True)


def install(name, package):
    """A virtual environment with the package, made once."""
    folder = CACHE / package.replace("==", "-")
    done = folder / "installed"
    if not done.exists():
        say(f"installing {package}")
        uv = CACHE / "uv"
        commands = [
            [sys.executable, "-m", "venv", str(uv)],
            [str(uv / "bin" / "pip"), "install", "--quiet", "uv"],
            [sys.executable, "-m", "venv", str(folder)],
            [str(uv / "bin" / "uv"), "pip", "install", "--quiet", "--python",
             str(folder / "bin" / "python"), package],
        ]
        for command in commands:
            if subprocess.run(command).returncode != 0:
                fail(f"{package} could not be installed: is PyPI reachable? ({' '.join(command)})")
        done.touch()
    return folder / "bin" / name


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def serving(name, command, environment, ready):
    """Runs a server until the block ends."""
    log = tempfile.NamedTemporaryFile("w+", suffix=f"-{name}.log")
    server = subprocess.Popen(command, env={**clean_environment(), **environment}, stdout=log,
                              stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = time.monotonic() + 180
        while not answers(ready):
            if server.poll() is not None or time.monotonic() > deadline:
                log.seek(0)
                fail(f"{name} did not start:\n{log.read()[-2000:]}")
            time.sleep(0.3)
        say(f"{name} is up")
        yield
    finally:
        # Its own session: it may have children.
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


def clean_environment():
    """The environment without settings that would reach the servers or the example."""
    prefixes = ("OTEL_", "PHOENIX_", "MLFLOW_", "OPENAI_", "OPENROUTER_", "OPENINFERENCE_")
    return {k: v for k, v in os.environ.items() if not k.startswith(prefixes)}


def get(url, key=None, body=None):
    request = urllib.request.Request(url, data=None if body is None else json.dumps(body).encode())
    request.add_header("content-type", "application/json")
    if key:
        request.add_header("authorization", f"Bearer {key}")
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def run_example(example="hinbox", answer="Canned answer to: Plan a trip", **environment):
    """Runs an example; returns its trace id and what it said on stderr."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    program = target / "debug" / "examples" / example
    ran = subprocess.run([program], env={**clean_environment(), **environment}, text=True,
                         capture_output=True, timeout=60)
    if ran.returncode != 0 or answer not in ran.stdout:
        fail(f"{example} failed:\n{ran.stdout}{ran.stderr}")
    return re.search(r"^trace ([0-9a-f]{32})$", ran.stderr, re.M).group(1), ran.stderr


def value(text):
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


def compare(where, found):
    found = sorted(found, key=str)
    if found != EXPECTED:
        fail(f"{where} shows another trace\nexpected {json.dumps(EXPECTED, indent=1)}\n"
             f"found {json.dumps(found, indent=1)}")
    say(f"{where}: tree, kinds and values are right")


def phoenix_spans(base, trace, key=None, project="hinbox", count=len(EXPECTED)):
    """The spans of a trace; ingest is asynchronous, so this waits for all of them."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            page = get(f"{base}/v1/projects/{project}/spans?limit=1000", key)
            spans = [s for s in page["data"] if s["context"]["trace_id"] == trace]
            if len(spans) >= count:
                return spans
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
        time.sleep(0.2)
    fail(f"trace {trace} did not arrive at Phoenix")


def check_phoenix(where, base, trace, key=None):
    spans = phoenix_spans(base, trace, key)
    names = {span["context"]["span_id"]: span["name"] for span in spans}
    compare(where, [
        (span["name"], span["span_kind"], names.get(span["parent_id"]),
         value(span["attributes"].get("input.value")), value(span["attributes"].get("output.value")))
        for span in spans
    ])
    for span in spans:
        attributes = span["attributes"]
        if span["status_code"] != "OK" or attributes["code.file.path"] != "examples/hinbox.rs":
            fail(f"{where}: unexpected {span}")
        if span["name"] == "query_embedding" and attributes["tool.description"] != "Query embedding":
            fail(f"{where}: the tool is not described: {span}")


# The last LLM span of the example `chat`: every message and call of its conversation.
CONVERSATION = {
    ("input", 0): ("system", "You are brief.", None),
    ("input", 1): ("user", "What is the weather in Oslo?", None),
    ("input", 2): ("assistant", None, {"city": "Oslo"}),
    ("input", 3): ("tool", "sun in Oslo", None),
    ("input", 4): ("assistant", ANSWER.format("sun in Oslo"), None),
    ("input", 5): ("user", "And in Rome?", None),
    ("input", 6): ("assistant", None, {"city": "Rome"}),
    ("input", 7): ("tool", "sun in Rome", None),
    ("output", 0): ("assistant", ANSWER.format("sun in Rome"), None),
}
TOKENS = {"prompt": 3, "completion": 6, "total": 9}


def check_conversation(where, base):
    """Messages, calls, model and tokens are shown, and Phoenix knows the price."""
    trace, _ = run_example("chat", ANSWER.format("sun in Rome"), PHOENIX_COLLECTOR_ENDPOINT=base)
    spans = phoenix_spans(base, trace, project="chat", count=9)
    streamed = [span for span in spans if span["name"] == "stream"]
    last = max(streamed, key=lambda span: span["start_time"])
    attributes = last["attributes"]
    found = {}
    for side, place in CONVERSATION:
        message = f"llm.{side}_messages.{place}.message."
        arguments = f"{message}tool_calls.0.tool_call.function.arguments"
        found[side, place] = (attributes.get(f"{message}role"), attributes.get(f"{message}content"),
                              value(attributes.get(arguments)))
    tokens = {kind: attributes.get(f"llm.token_count.{kind}") for kind in TOKENS}
    if (found, tokens, attributes["llm.model_name"]) != (CONVERSATION, TOKENS, "gpt-4o-mini"):
        fail(f"{where} shows another conversation: {last}")
    query = "{ getSpanByOtelId(spanId: \"%s\") { costSummary { total { cost } } } }"
    body = {"query": query % last["context"]["span_id"]}
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        summary = get(f"{base}/graphql", body=body)["data"]["getSpanByOtelId"]["costSummary"]
        if summary and summary["total"]["cost"]:
            say(f"{where}: messages, calls and tokens are right, the cost is {summary['total']['cost']}")
            return
        time.sleep(0.2)
    fail(f"{where} shows no cost")


def plain(any_value):
    """OTLP's AnyValue, as MLflow writes it."""
    kind, content = next(iter(any_value.items()))
    if kind == "array_value":
        return [plain(item) for item in content.get("values", [])]
    if kind == "kvlist_value":
        return {item["key"]: plain(item["value"]) for item in content.get("values", [])}
    return value(content)


def check_mlflow(where, base, trace):
    found = get(f"{base}/api/3.0/mlflow/traces/get?trace_id=tr-{trace}")
    spans = found["trace"]["spans"]
    names = {span["span_id"]: span["name"] for span in spans}
    rows = []
    for span in spans:
        attributes = {entry["key"]: plain(entry["value"]) for entry in span["attributes"]}
        # MLflow leaves an empty object out.
        rows.append((span["name"], attributes["mlflow.spanType"], names.get(span.get("parent_span_id")),
                     attributes.get("mlflow.spanInputs") or {}, attributes.get("mlflow.spanOutputs")))
    compare(where, rows)


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


def against_phoenix():
    port, grpc_port = free_port(), free_port()
    base = f"http://127.0.0.1:{port}"
    with phoenix(port, grpc_port):
        trace, _ = run_example(PHOENIX_COLLECTOR_ENDPOINT=base)
        check_phoenix("Phoenix over HTTP", base, trace)
        trace, _ = run_example(PHOENIX_COLLECTOR_ENDPOINT=base,
                               OTEL_EXPORTER_OTLP_COMPRESSION="gzip")
        check_phoenix("Phoenix over HTTP with gzip", base, trace)
        trace, _ = run_example(PHOENIX_COLLECTOR_ENDPOINT=f"http://127.0.0.1:{grpc_port}",
                               OTEL_EXPORTER_OTLP_PROTOCOL="grpc")
        check_phoenix("Phoenix over gRPC", base, trace)
        check_conversation("A conversation in Phoenix", base)


def against_phoenix_with_authentication():
    port, grpc_port = free_port(), free_port()
    base = f"http://127.0.0.1:{port}"
    with phoenix(port, grpc_port, PHOENIX_ENABLE_AUTH="true", PHOENIX_SECRET=SECRET,
                 PHOENIX_ADMIN_SECRET=ADMIN):
        key = get(f"{base}/v1/system/api_keys", ADMIN, {"data": {"name": "hinbox"}})["data"]["key"]
        for transport, address in (("HTTP", base), ("gRPC", f"http://127.0.0.1:{grpc_port}")):
            endpoint = {"PHOENIX_COLLECTOR_ENDPOINT": address,
                        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc" if transport == "gRPC" else "http/protobuf"}
            _, said = run_example(PHOENIX_API_KEY=WRONG_KEY, **endpoint)
            lines = [line for line in said.splitlines() if line.startswith("trace-runtime:")]
            expected = "5 spans not delivered: the API key from `PHOENIX_API_KEY` was refused"
            if len(lines) != 1 or expected not in lines[0] or WRONG_KEY in said:
                fail(f"a wrong key over {transport} was not named as the cause:\n{said}")
            say(f"Phoenix over {transport} refuses a wrong key, and the program says so")
            trace, said = run_example(PHOENIX_API_KEY=key, **endpoint)
            if key in said:
                fail("the key was printed")
            check_phoenix(f"Phoenix over {transport} with a key", base, trace, key)


def against_mlflow():
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with mlflow(port):
        created = get(f"{base}/api/2.0/mlflow/experiments/create", body={"name": "hinbox"})
        trace, _ = run_example(
            OTEL_EXPORTER_OTLP_ENDPOINT=base,
            OTEL_EXPORTER_OTLP_HEADERS=f"x-mlflow-experiment-id={created['experiment_id']}")
        check_mlflow("MLflow over HTTP", base, trace)


def main():
    built = subprocess.run(["cargo", "build", "--package", "examples", "--features", "grpc",
                            "--example", "hinbox", "--example", "chat"], cwd=ROOT)
    if built.returncode != 0:
        fail("the examples do not build")
    CACHE.mkdir(parents=True, exist_ok=True)
    against_phoenix()
    against_phoenix_with_authentication()
    against_mlflow()
    say("all is well")


main()
