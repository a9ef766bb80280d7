"""Checks the example `feedback` in Phoenix and MLflow: a thumb that is pressed in the page is an
annotation of the span of the answer, and a second click of the same user replaces the first."""

import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.request

from programs import TARGET, clean_environment
from report import fail, log
from rest import get
from servers import free_port


@contextlib.contextmanager
def chat(**environment):
    """Runs the chat; returns its address."""
    program = TARGET / "debug" / "examples" / "feedback"
    address = f"127.0.0.1:{free_port()}"
    server = subprocess.Popen([program], env={**clean_environment(), **environment,
                                              "CHAT_ADDRESS": address},
                              stdout=subprocess.PIPE, text=True)
    try:
        for line in server.stdout:
            if line.startswith("chat at "):
                break
        yield f"http://{address}"
    finally:
        os.kill(server.pid, signal.SIGTERM)
        server.wait(20)


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(),
                                     {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as response:
        return response.read()


def click_twice(address):
    """Asks a question, and presses both thumbs. Returns the reference to the span."""
    answer = json.loads(post(f"{address}/chat", {"text": "What is 2 + 2?", "session": "s-1"}))
    for is_up in (False, True):
        post(f"{address}/feedback", {"span": answer["span"], "is_up": is_up, "user": "ada",
                                     "comment": "short and correct"})
    return answer["span"]


def wait_for(where, read, expected):
    deadline = time.monotonic() + 60
    found = None
    while time.monotonic() < deadline:
        found = read()
        if found == expected:
            log(f"{where}: the click is on the span of the answer")
            return
        time.sleep(0.3)
    fail(f"{where}: expected {expected}, found {found}")


def check_phoenix(base):
    with chat(PHOENIX_COLLECTOR_ENDPOINT=base) as address:
        _, trace, span, _ = click_twice(address).split("-")

        def read():
            url = f"{base}/v1/projects/feedback/span_annotations?span_ids={span}"
            try:
                found = get(url)["data"]
            except OSError:
                return None
            return [(a["name"], a["annotator_kind"], a["identifier"], a["result"]["score"],
                     a["result"]["label"], a["result"]["explanation"]) for a in found]

        wait_for("Feedback in Phoenix", read, [
            ("user_feedback", "HUMAN", "ada", 1.0, "thumbs-up", "short and correct")])
        return span


def check_mlflow(base, experiment):
    with chat(TRACE_BACKENDS="mlflow", MLFLOW_TRACKING_URI=base,
              MLFLOW_EXPERIMENT_ID=experiment) as address:
        _, trace, span, _ = click_twice(address).split("-")

        def read():
            try:
                found = get(f"{base}/api/3.0/mlflow/traces/tr-{trace}")["trace"]["trace_info"]
            except OSError:
                return None
            return [(a["assessment_name"], a["span_id"], a["source"]["source_type"],
                     a["source"]["source_id"], a["feedback"]["value"], a["rationale"])
                    for a in found.get("assessments", [])]

        wait_for("Feedback in MLflow", read, [
            ("user_feedback", span, "HUMAN", "ada", 1.0, "short and correct")])
