"""Checks the example `evaluate` in Phoenix: it scores the traces in a file, and each score is an
annotation of the root span of its trace."""

import contextlib
import json
import pathlib
import tempfile
import time

import captured
from programs import run_example
from report import fail, log
from rest import get


def check_phoenix(base):
    path = pathlib.Path(tempfile.mkdtemp()) / "spans.jsonl"
    captured.send("phoenix", base, FILE=str(path))
    spans = [span for line in path.read_text().splitlines()
             for resource in json.loads(line)["resourceSpans"]
             for scope in resource["scopeSpans"] for span in scope["spans"]]
    root = next(span["spanId"] for span in spans if not span.get("parentSpanId"))
    run_example("evaluate", "1 traces scored", arguments=[str(path)], PHOENIX_COLLECTOR_ENDPOINT=base)
    expected = [("brevity", "CODE", 1.0), ("has_answer", "CODE", 1.0)]
    deadline, found = time.monotonic() + 30, None
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            rows = get(f"{base}/v1/projects/demo/span_annotations?span_ids={root}")["data"]
            found = sorted((it["name"], it["annotator_kind"], it["result"]["score"]) for it in rows)
        if found == expected:
            log("Phoenix has the scores of the example `evaluate` on the root span")
            return
        time.sleep(0.3)
    fail(f"scores: expected {expected}, found {found}")
