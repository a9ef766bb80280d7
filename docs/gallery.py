#!/usr/bin/env python3
"""Runs the examples, takes a picture of each page and docs/page.png, and writes docs/gallery.md:

    python3 docs/gallery.py

Needs node, npm and Chromium, as the tests of the page do.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PICTURES = ROOT / "docs" / "gallery"
# A picture, and all of them together.
MOST, MOST_TOGETHER = 90_000, 900_000
# Each example: its package, what it shows, and the span that its picture shows.
EXAMPLES = {
    "hinbox": ("examples", "Two model calls, an agent and a tool in one trace, from four annotated functions.", "query_llm"),
    "zero": ("examples", "A model call without any annotation: `send_traced()` in place of `send()`.", "chat"),
    "rag": ("examples", "An answer from documents. The reranker shows how it changed the order of the retriever.", "rerank"),
    "guardrail": ("examples", "An agent between two checks. One question and one answer are refused, each with its reason; a mask hides the number of the card.", "check_answer"),
    "parallel": ("examples", "Three tools at the same time, one of which fails. Their bars overlap.", "weather"),
    "structured": ("examples", "A Rust type from the answer of a model. The first answer does not match the type, and is corrected.", "validate"),
    "batch": ("examples", "Eight tickets, four at a time. One has no label; the others are not affected.", "ticket 3"),
    "traced": ("client-examples", "Calls of `async-openai`, traced where they are by `traced!`.", "chat"),
    "stream": ("client-examples", "A streamed answer, with the time of its first chunk.", "stream"),
    "agent_loop": ("client-examples", "An agent whose model calls Rust functions. A call, its result and its span are one block.", "ask"),
    "chat": ("client-examples", "A conversation of two turns. Messages that an earlier call has already shown are folded.", "stream"),
    "session": ("client-examples", "Five turns of one user, each a trace, in one session.", "ask"),
}
HEAD = """# Gallery

The pages that the [examples](../examples/README.md) write when they run against the stub, which needs no
key. `python3 docs/gallery.py` makes this document and its pictures.

| example | page |
|---|---|
"""


def run(command, **more):
    subprocess.run(command, cwd=ROOT, check=True, **more)


def run_examples():
    """Builds and runs each example, without a backend: its page is all it writes."""
    run(["cargo", "build", "--quiet", "--package", "examples", "--package", "client-examples",
         "--examples", "--features", "examples/cost"])
    prefixes = ("OTEL_", "PHOENIX_", "OPENAI_", "OPENROUTER_", "OPENINFERENCE_", "TRACE_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(prefixes)}
    environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "http://127.0.0.1:9"
    for example in EXAMPLES:
        run([TARGET / "debug" / "examples" / example], env=environment, timeout=60,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def take_pictures(folder):
    if not (ROOT / "tests/browser/node_modules/playwright-core").exists():
        run(["npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefix", "tests/browser"])
    spans = json.dumps({example: span for example, (_, _, span) in EXAMPLES.items()})
    run(["node", "docs/gallery.mjs", TARGET / "traces", folder, spans])


def row(example):
    package, sentence, _ = EXAMPLES[example]
    folder = "examples" if package == "examples" else "examples/clients"
    command = f"`cargo run -p {package} --example {example}`"
    link = f"[`{example}`](../{folder}/{example}.rs)"
    return f"| {link}<br>{sentence}<br>{command} | ![The page of {example}](gallery/{example}.png) |\n"


run_examples()
with tempfile.TemporaryDirectory() as folder:
    take_pictures(folder)
    pictures = sorted(pathlib.Path(folder).iterdir())
    sizes = [picture.stat().st_size for picture in pictures]
    if max(sizes) > MOST or sum(sizes) > MOST_TOGETHER:
        sys.exit(f"the pictures are too large: {sizes}")
    PICTURES.mkdir(exist_ok=True)
    for picture in pictures:
        to = PICTURES.parent if picture.stem == "page" else PICTURES
        (to / picture.name).write_bytes(picture.read_bytes())
(ROOT / "docs" / "gallery.md").write_text(HEAD + "".join(map(row, EXAMPLES)))
print(f"docs/gallery.md: {len(sizes)} pictures, {sum(sizes) // 1000} kB")
