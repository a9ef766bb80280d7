#!/usr/bin/env python3
"""Measures the time from the first command to the first trace.

Each way starts without anything built or installed, but with the packages in the caches of cargo and
pip, so that the network does not count. It ends when all spans of the run are in the page or in Phoenix.

    python3 benches/first_trace           # print the table
    python3 benches/first_trace --write   # keep it also in docs/performance.md
"""

import base64
import contextlib
import gzip
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGE = ROOT / "docs" / "performance.md"
PHOENIX = ["arize-phoenix==20.26.1", "arize-phoenix-otel"]
NEW = """[package]
name = "travel"
version = "0.1.0"
edition = "2024"

[workspace]

[dependencies]
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
"""


def environment(**more):
    """Returns an environment without settings of a backend and without a shared target folder."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("OTEL_", "PHOENIX_", "TRACE_", "CARGO_TARGET", "CARGO_PROFILE"))}
    return {**kept, **more}


def run(command, folder, **more):
    began = time.monotonic()
    ran = subprocess.run(command, cwd=folder, env=environment(**more), text=True, capture_output=True)
    if ran.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{ran.stderr[-3000:]}")
    return time.monotonic() - began


@contextlib.contextmanager
def running(command, folder, **more):
    process = subprocess.Popen(command, cwd=folder, env=environment(**more), start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def wait_for(condition, what):
    deadline = time.monotonic() + 120
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"after 120 s there is no sign of {what}")
        time.sleep(0.05)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def fetched(url, data=None):
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=60) as response:
        return response.read().decode()
    return None


def span_names(page):
    """Returns the sorted names of the spans in a page, which may not exist yet."""
    text = page.read_text() if page.exists() else ""
    blocks = re.findall(r'<script type="text/plain" class="spans">([^<]+)</script>', text)
    lines = "".join(gzip.decompress(base64.b64decode(block)).decode() for block in blocks).splitlines()
    return sorted(span["name"] for line in lines for resource in json.loads(line)["resourceSpans"]
                  for scope in resource["scopeSpans"] for span in scope["spans"])


def add(folder, features):
    """Adds the dependency, as its users do. It counts as the line that it writes."""
    path = str(ROOT / "trace-runtime")
    options = ["--features", features] if features else []
    return run(["cargo", "add", "--quiet", "--path", path, *options], folder)


def lock(folder):
    """Uses the versions of the workspace, so that a run can be repeated."""
    shutil.copy(ROOT / "Cargo.lock", folder / "Cargo.lock")


def readme(folder):
    """Runs the first command of the README in a clone."""
    clone = folder / "clone"
    run(["git", "clone", "--quiet", str(ROOT), str(clone)], folder)
    return run(["cargo", "run", "--quiet", "-p", "examples", "--example", "hinbox"], clone), "none"


def new_program(folder):
    """Writes the program of the README, and looks at its page."""
    root = folder / "travel"
    (root / "src").mkdir(parents=True)
    (root / "Cargo.toml").write_text(NEW)
    lock(root)
    source = (HERE / "new.rs").read_text()
    (root / "src" / "main.rs").write_text(source)
    seconds = add(root, "html")
    page = root / "trace.html"
    seconds += run(["cargo", "run", "--quiet"], root, TRACE_HTML=str(page), OTEL_TRACES_EXPORTER="none")
    if span_names(page) != ["ask", "plan", "weather"]:
        sys.exit(f"the page of the new program has the spans {span_names(page)}")
    lines = [line for line in source.splitlines() if re.search(r"^use trace_runtime|^#\[(llm|tool|agent)|register\(\)", line)]
    return seconds, f"{len(lines) + 1} of {len(source.splitlines()) + 1}"


class Model(http.server.BaseHTTPRequestHandler):
    """Calls a tool first, and then answers."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        message = {"role": "assistant", "content": "Take a coat."}
        if body["messages"][-1]["role"] != "tool":
            function = {"name": "weather", "arguments": '{"city":"Oslo"}'}
            call = {"id": "call_1", "type": "function", "function": function}
            message = {"role": "assistant", "content": None, "tool_calls": [call]}
        answer = json.dumps({
            "id": "1", "object": "chat.completion", "model": body["model"], "created": 0,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 30, "completion_tokens": 5, "total_tokens": 35},
        }).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def serve_once(root, began, done):
    """Runs the service, sends one message, and returns the seconds since `began` until it is done."""
    model = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=model.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{free_port()}"
    variables = {
        "ADDRESS": address,
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model.server_port}/v1",
        "TRACE_HTML": str(root / "trace.html"),
        "OTEL_TRACES_EXPORTER": "none",
    }
    with running([root / "target" / "debug" / "travel-desk"], root, **variables):
        wait_for(lambda: fetched(f"http://{address}/usage"), "the service")
        question = {"session": "s1", "user": "ada", "message": "What to pack for Oslo?"}
        if not fetched(f"http://{address}/chat", json.dumps(question).encode()):
            sys.exit("the service did not answer")
        wait_for(lambda: done(root / "trace.html"), "the trace")
        seconds = time.monotonic() - began
    model.shutdown()
    return seconds


def service(folder, traced):
    root = folder / ("traced" if traced else "untraced")
    shutil.copytree(HERE / "service", root)
    lock(root)
    began = time.monotonic()
    if traced:
        run(["patch", "--quiet", "-p1", "-i", str(HERE / "service" / "traced.patch")], root)
        add(root, "html,reqwest")
    run(["cargo", "build", "--quiet"], root)

    # The agent, two model calls and a tool.
    return serve_once(root, began, lambda page: not traced or len(span_names(page)) == 4)


def existing_program(folder):
    before, after = service(folder, False), service(folder, True)
    patch = (HERE / "service" / "traced.patch").read_text()
    added = len(re.findall(r"^\+(?!\+\+)", patch, re.M)) + 1
    lines = len((HERE / "service" / "src" / "main.rs").read_text().splitlines())
    return after, f"{added} in {lines}; {before:.0f} s without them"


def viewer(folder):
    target = folder / "viewer"
    command = ["cargo", "install", "--quiet", "--locked", "--path", str(ROOT / "trace-viewer"), "--root", str(target)]
    return run(command, folder), "none"


def phoenix(folder):
    """Installs Phoenix, starts it, and runs the same program in Python until its spans can be seen."""
    python = folder / "python" / "bin" / "python"

    def install():
        seconds = run([sys.executable, "-m", "venv", "--clear", str(folder / "python")], folder)
        return seconds + run([str(python), "-m", "pip", "install", "--quiet", *PHOENIX], folder)

    install()  # fills the cache of pip
    began = time.monotonic()
    install()
    port, grpc_port = free_port(), free_port()
    variables = {
        "PHOENIX_WORKING_DIR": str(folder / "phoenix"), "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port), "PHOENIX_GRPC_PORT": str(grpc_port),
        "PHOENIX_TELEMETRY_ENABLED": "false", "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
    }
    with running([python.parent / "phoenix", "serve"], folder, **variables):
        wait_for(lambda: fetched(f"http://127.0.0.1:{port}/healthz") is not None, "Phoenix")
        endpoint = f"http://127.0.0.1:{port}/v1/traces"
        run([str(python), str(HERE / "new.py"), endpoint], folder)
        spans = f"http://127.0.0.1:{port}/v1/projects/travel/spans"
        wait_for(lambda: (fetched(spans) or "").count('"span_id"') >= 3, "spans in Phoenix")
        seconds = time.monotonic() - began
    source = (HERE / "new.py").read_text().splitlines()
    lines = [line for line in source if "tracer" in line or "phoenix" in line]
    return seconds, f"{len(lines)} of {len(source)}"


ROWS = [
    ("README's first command, from a clone", readme),
    ("a new program: the code of the README, its page", new_program),
    ("an axum service of 280 lines: agent, tool and client, its page", existing_program),
    ("the live viewer, `cargo install`", viewer),
    ("Python's Phoenix: install, start, the new program in Python", phoenix),
]


def main():
    chosen = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    rows = []
    for title, measure in ROWS:
        if chosen and measure.__name__ not in chosen:
            continue
        with tempfile.TemporaryDirectory(prefix="first-trace-") as folder:
            seconds, lines = measure(pathlib.Path(folder))
        rows.append(f"| {title} | {seconds:.0f} s | {lines} |")
        print(rows[-1], flush=True)
    if "--write" in sys.argv:
        table = "\n".join(["| | time | lines for tracing |", "|---|---|---|", *rows])
        text = PAGE.read_text()
        text = re.sub(r"(<!-- first_trace -->\n).*?(<!-- end -->)", rf"\g<1>{table}\n\g<2>", text, flags=re.S)
        PAGE.write_text(text)


main()
