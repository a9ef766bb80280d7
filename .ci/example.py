#!/usr/bin/env python3
"""Runs the examples as a new user does, without a collector.

hinbox must succeed, print its answers and the trace, write its page, report the undelivered spans once,
and never print a secret. Then it runs against a collector with TLS, with and without its certificate.
The other examples must print their answer and their trace, and write their page.
"""

import base64
import gzip
import http.server
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

SECRET = "s3cr3t-that-must-stay-hidden"
TREE = [
    r"  my_llm_application \[AGENT\] \S+ ok  in: \{\}  out: \{\"france\":",
    r"    query_llm \[LLM\] \S+ ok  in: \{\"prompt\":\"What is the capital of France\?\"\}  out: Canned",
    r"    query_llm \[LLM\] \S+ ok  in: \{\"prompt\":\"And of Spain\?\"\}  out: Canned answer",
    r"    query_agent \[AGENT\] \S+ ok  in: Plan a trip  out: Canned answer to: Plan a trip",
    r"    query_embedding \[TOOL\] \S+ ok  in: \{\"text\":\"embed me\"\}  out: \[0\.1,0\.2,0\.3\]",
]
# The other examples: the start of their answer, and their trace.
OTHERS = {
    "zero": ("\"Canned answer to: What", [r"  chat gpt-4o-mini \[LLM\] \S+ ok  in: \{\"messages"]),
    "traced": ("Canned answer to: Plan a day in Oslo, given sun in Oslo", [
        r"  plan \[AGENT\] \S+ ok  in: .*  out: Canned answer",
        r"    weather \[TOOL\] \S+ ok  in: \{\"city\":\"Oslo\"\}  out: sun in Oslo",
        r"    \S*chat \[LLM\] \S+ ok  in: ",
    ]),
    "stream": ("Canned answer to: What is the capital of France?", [r"  \S*stream \[LLM\] \S+ ok  in: "]),
    "agent_loop": ("Canned answer to: sun in Oslo", [
        r"  answer \[AGENT\] \S+ ok  in: What is the weather in Oslo\?",
        r"    ask \[LLM\] ", r"    weather \[TOOL\] ", r"    ask \[LLM\] ",
    ]),
    "chat": ("> What is the weather in Oslo?", [
        r"  talk \[CHAIN\] \S+ ok  in: session-1", r"    turn \[AGENT\] \S+ ok",
        r"      ask \[LLM\] ", r"      weather \[TOOL\] ", r"      stream \[LLM\] ",
    ]),
    "session": ("Canned answer to: How is the weather in Oslo?", [
        r"  turn \[AGENT\] \S+ ok  in: How is the weather in Oslo\?",
        r"    weather \[TOOL\] ", r"    ask \[LLM\] ",
    ]),
    "rag": ("You may return headphones within 30 days", [
        r"  build_index \[CHAIN\] \S+ ok  out: 5 documents", r"    embed \[EMBEDDING\] \S+ ok",
    ]),
    "guardrail": ("Yes: invoice 4711 was paid", [
        r"  support \[AGENT\] \S+ ok  in: Is my invoice paid\?  out: Yes",
        r"    check_question \[GUARDRAIL\] \S+ ok  in: Is my invoice paid\?  out: pass",
        r"    find_customer \[TOOL\] ", r"    ask \[LLM\] ", r"    check_answer \[GUARDRAIL\] \S+ ok",
    ]),
    "parallel": ("Take a coat to Oslo", [
        r"  plan \[AGENT\] \S+ ok", r"    ask \[LLM\] ", *3 * [r"    weather \[TOOL\] "], r"    ask \[LLM\] ",
    ]),
    "structured": ("invoice 2026-118: 1240.5 EUR for 2 lines", [
        r"  read \[AGENT\] \S+ ok", r"    ask \[LLM\] ",
        r"    validate \[CHAIN\] \S+ error \(Error: invalid type: string",
        r"    ask \[LLM\] ", r"    validate \[CHAIN\] \S+ ok",
    ]),
    "batch": ("7 of 8 tickets sorted", [
        r"  sort_all \[CHAIN\] \S+ ok  in: .*  out: 7 of 8 tickets sorted",
        r"    ticket 0 \[CHAIN\] \S+ ok  in: I was charged twice in May\.  out: billing", r"      ask \[LLM\] ",
    ]),
}
# The lines that the examples print besides: refusals, and the account of the spans.
MORE = {
    "guardrail": ["refused: the answer contains the number of a card",
                  "refused: the question asks for the instructions"],
    "batch": ["17 in the spool, 0 lost", "batch.html: 17 spans delivered"],
}


def run(example="hinbox", **more):
    prefixes = ("OTEL_", "PHOENIX_", "OPENAI_", "OPENROUTER_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(prefixes)}
    command = ["cargo", "run", "--quiet", "--example", example]
    began = time.monotonic()
    ran = subprocess.run(command, env={**environment, **more}, capture_output=True, text=True)
    return ran, time.monotonic() - began


def require(condition, message, ran):
    if not condition:
        sys.exit(f"{message}\n-- stdout\n{ran.stdout}\n-- stderr\n{ran.stderr}")


with socket.socket() as unused:
    unused.bind(("127.0.0.1", 0))
    nowhere = f"http://127.0.0.1:{unused.getsockname()[1]}"
run(OTEL_SDK_DISABLED="true")  # The first run builds the example.
off, plain = run(OTEL_SDK_DISABLED="true")
require(off.returncode == 0 and off.stderr == "", "stderr must be empty when tracing is disabled", off)

ran, took = run(
    PHOENIX_COLLECTOR_ENDPOINT=nowhere,
    PHOENIX_API_KEY=SECRET,
    PHOENIX_CLIENT_HEADERS=f"x-more={SECRET}",
)
require(ran.returncode == 0, "hinbox must succeed", ran)
answers = [line.split(":")[0] for line in ran.stdout.splitlines()[-4:]]
require(answers == ["France", "Spain", "Trip", "Embedding"], "answers are missing", ran)
# The library prints nothing on stdout: the output equals that of the run with tracing disabled.
outputs = [re.sub(r":\d+", "", text) for text in (off.stdout, ran.stdout)]
require(outputs[0] == outputs[1], "the library printed to stdout", ran)

lines = ran.stderr.splitlines()
messages = [line for line in lines if line.startswith("trace-runtime:")]
expected = f"collector at {nowhere}/v1/traces could not be reached (Connection refused"
require(len(messages) == 1 and expected in messages[0], "the collector must be named once", ran)
require("5 spans not delivered: " in messages[0], "the spans must be counted", ran)
at = next(n for n, line in enumerate(lines) if re.fullmatch(r"trace [0-9a-f]{32}", line))
tree = lines[at + 1 : at + 1 + len(TREE)]
require(all(re.match(*pair) for pair in zip(TREE, tree)), "the tree differs", ran)
require(SECRET not in ran.stdout + ran.stderr, "a secret was printed", ran)
page = re.search(r"^  page       file://(/\S+/traces/hinbox\.html)$", ran.stderr, re.MULTILINE)
require(page, "the page must be named", ran)
text = pathlib.Path(urllib.parse.unquote(page[1])).read_text()
blocks = re.findall(r'^<script type="text/plain" class="spans">(\S+)</script>$', text, re.MULTILINE)
spans = "".join(gzip.decompress(base64.b64decode(block)).decode() for block in blocks)
require(spans.count('"spanId"') == len(TREE), "the page must show all spans", ran)
require(SECRET not in spans, "the page shows a secret", ran)


class Collector(http.server.BaseHTTPRequestHandler):
    """A collector that accepts everything."""

    received = []

    def do_POST(self):
        Collector.received.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


with tempfile.TemporaryDirectory() as folder:
    key, certificate = (str(pathlib.Path(folder, name)) for name in ("key.pem", "certificate.pem"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE",
         "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secure = {"PHOENIX_COLLECTOR_ENDPOINT": f"https://localhost:{server.server_port}"}
    trusted, _ = run(**secure, OTEL_EXPORTER_OTLP_CERTIFICATE=certificate)
    require("trace-runtime:" not in trusted.stderr, "everything must arrive over TLS", trusted)
    require([path for path, _ in Collector.received] == ["/v1/traces"], "expected one request", trusted)
    untrusted, _ = run(**secure)
    require("OTEL_EXPORTER_OTLP_CERTIFICATE" in untrusted.stderr and len(Collector.received) == 1,
            "an unknown authority must not be trusted", untrusted)
    server.shutdown()
for example, (answer, expected) in OTHERS.items():
    ran, _ = run(example, PHOENIX_COLLECTOR_ENDPOINT=nowhere)
    require(ran.returncode == 0 and f"\n{answer}" in f"\n{ran.stdout}", f"{example}: no answer", ran)
    lines = ran.stderr.splitlines()
    at = next((n for n, line in enumerate(lines) if re.fullmatch(r"trace [0-9a-f]{32}", line)), 0)
    tree = lines[at + 1 : at + 1 + len(expected)]
    require(len(tree) == len(expected) and all(re.match(*pair) for pair in zip(expected, tree)),
            f"{example}: the tree differs", ran)
    require(all(line in ran.stdout for line in MORE.get(example, [])), f"{example}: lines are missing", ran)
    page = re.search(rf"^  page       file://(/\S+/traces/{example}\.html)$", ran.stderr, re.MULTILINE)
    require(page and pathlib.Path(urllib.parse.unquote(page[1])).exists(), f"{example}: no page", ran)
    require("4111" not in ran.stdout + ran.stderr, f"{example}: the number of a card was printed", ran)
print(f"hinbox: {plain:.1f} s with tracing disabled, {took:.1f} s without a collector")
