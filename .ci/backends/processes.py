"""Checks the example of six processes in Phoenix: one trace, with the spans of all of them."""

import pathlib
import subprocess
import sys
import time

from programs import ROOT, clean_environment
from report import fail, log
from rest import get

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "services"))
from hops import COMMAND, TREE  # noqa: E402
from redis_server import redis  # noqa: E402


def tree(spans):
    """Formats the spans as the expected tree, without the statuses: Phoenix has its own."""
    ids = {span["context"]["span_id"] for span in spans}
    lines = []

    def write(span, depth):
        attributes = span["attributes"]
        output = attributes.get("output.value")
        line = f"{'  ' * depth}{span['name']} [{span['span_kind']}]"
        lines.append(line if output is None else f"{line} -> {output}")
        for child in sorted(spans, key=lambda span: span["start_time"]):
            if child["parent_id"] == span["context"]["span_id"]:
                write(child, depth + 1)

    for span in spans:
        if span["parent_id"] not in ids:
            write(span, 0)
    return "\n".join(lines) + "\n"


def expected():
    lines = []
    for line in TREE.splitlines():
        indent, rest = line[: len(line) - len(line.lstrip())], line.split(": ", 1)[1]
        lines.append(indent + rest.replace("] unset", "]").replace("] ok", "]"))
    return "\n".join(lines) + "\n"


def check_phoenix(base):
    with redis() as url:
        environment = {**clean_environment(), "PHOENIX_COLLECTOR_ENDPOINT": base, "REDIS_URL": url}
        ran = subprocess.run(COMMAND, cwd=ROOT, env=environment, text=True, capture_output=True)
    if ran.returncode != 0:
        fail(f"hops failed:\n{ran.stdout}{ran.stderr}")
    deadline = time.monotonic() + 60
    while True:
        spans = get(f"{base}/v1/projects/hops/spans?limit=1000")["data"]
        found = tree(spans)
        if found == expected():
            break
        if time.monotonic() > deadline:
            fail(f"hops in Phoenix\n-- tree\n{found}\n-- expected\n{expected()}")
        time.sleep(0.3)
    if len({span["context"]["trace_id"] for span in spans}) != 1:
        fail("the spans of hops are in several traces")
    log("Phoenix shows the spans of six processes as one tree")
