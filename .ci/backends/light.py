"""Servers that start within seconds: SideSeat, and the test agent of Datadog."""

import platform
import subprocess
import tempfile
import time

import captured
from report import fail, log
from rest import get
from servers import CACHE, free_port, install, serving

SIDESEAT = "1.0.13"
TEST_AGENT = "ddapm-test-agent==1.69.1"
# Kind, tokens and model by name of span, as SideSeat shows them.
SPANS = {
    "embed": ("embedding", 7, "text-embedding-3-small"),
    "retrieve": ("retriever", 0, None),
    "rerank": ("span", 0, None),
    "weather": ("tool", 0, None),
    "stream_answer": ("generation", 0, "gpt-4o"),
    "ask": ("generation", 150, "gpt-4o-2024-08-06"),
    "turn": ("agent", 0, None),
}


def sideseat_program():
    """Installs SideSeat from npm, once."""
    system = "x64" if platform.machine() == "x86_64" else "arm64"
    folder = CACHE / f"sideseat-{SIDESEAT}"
    program = folder / "node_modules" / "@sideseat" / f"platform-linux-{system}" / "sideseat"
    if not program.exists():
        log(f"installing sideseat {SIDESEAT}")
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--silent", "--no-save", "--ignore-scripts",
                   "--prefix", str(folder), f"sideseat@{SIDESEAT}"]
        if subprocess.run(command).returncode != 0:
            fail("sideseat could not be installed: is npm there, and its registry reachable?")
        program.chmod(0o755)
    return program


def check_sideseat():
    port = free_port()
    command = [sideseat_program(), "start", "-H", "127.0.0.1", "-p", str(port), "--no-auth",
               "--otel-grpc", "false", "--pricing-sync-hours", "0", "--no-update-check",
               "--mcp", "false"]
    base = f"http://127.0.0.1:{port}"
    with serving("sideseat", command, {"HOME": tempfile.mkdtemp()}, f"{base}/api/v1/health"):
        captured.send("sideseat", f"{base}/otel/default")
        deadline, found = time.monotonic() + 30, None
        while time.monotonic() < deadline:
            found = read(f"{base}/api/v1/project/default/otel")
            if found == EXPECTED:
                log("SideSeat: kinds, models, tokens, session, user, tags and metadata are correct")
                return
            time.sleep(0.3)
    fail(f"SideSeat: expected {EXPECTED}, found {found}")


def read(base):
    traces, spans, sessions = (get(f"{base}/{of}")["data"] for of in ("traces", "spans", "sessions"))
    if not traces or not sessions:
        return None
    trace, session = traces[0], sessions[0]
    shown = {span["span_name"]: (span["observation_type"], span["total_tokens"], span["model"])
             for span in spans}
    people = {(span["session_id"], span["user_id"]) for span in spans}
    return (shown, people, sorted(trace["tags"]), trace["metadata"], trace["output_preview"],
            trace["has_error"], session["session_id"], session["user_id"], session["trace_count"])


EXPECTED = (SPANS, {("session-1", "ada")}, ["a", "b"], {"plan": "free"}, captured.ANSWER,
            True, "session-1", "ada", 1)


def check_test_agent():
    port, otlp, grpc = free_port(), free_port(), free_port()
    command = [install("ddapm-test-agent", TEST_AGENT), "-p", str(port),
               "--otlp-http-port", str(otlp), "--otlp-grpc-port", str(grpc),
               "--snapshot-dir", tempfile.mkdtemp()]
    with serving("ddapm-test-agent", command, {}, f"http://127.0.0.1:{port}/info"):
        captured.send("datadog", f"http://127.0.0.1:{otlp}")
        requests = get(f"http://127.0.0.1:{port}/test/session/requests")
        payloads = get(f"http://127.0.0.1:{otlp}/test/session/traces")
    wanted = {"dd-api-key": "key", "dd-otlp-source": "llmobs", "dd-ml-app": "app",
              "content-type": "application/x-protobuf"}
    for request in requests:
        headers = {name.lower(): value for name, value in request["headers"].items()}
        different = {name: headers.get(name) for name, value in wanted.items()
                     if headers.get(name) != value}
        if different or request["method"] != "POST" or not request["url"].endswith("/v1/traces"):
            fail(f"the test agent of Datadog: {request['method']} {request['url']} {different}")
    spans = [span for payload in payloads for resource in payload["resource_spans"]
             for scope in resource["scope_spans"] for span in scope["spans"]]
    flags = [{it["key"]: it["value"] for it in span["attributes"]}.get("dd_llmobs_enabled")
             for span in spans]
    if len(spans) != 8 or any(flag != {"bool_value": True} for flag in flags):
        fail(f"the test agent of Datadog decoded {len(spans)} spans, with the flags {flags}")
    log("The test agent of Datadog: path, headers and spans are correct")
