"""Searches for the credential of each backend wherever it could escape: the output of the program,
its debug form and its statistics, and the files of its spool."""

import base64
import concurrent.futures
import pathlib
import tempfile

import captured
from report import fail, log

BACKENDS = ("phoenix", "phoenix_cloud", "arize", "langfuse", "braintrust", "langsmith", "opik",
            "mlflow", "datadog", "weave", "logfire", "posthog")
MARKER = "m4rker-credential-that-nothing-may-show"
# Langfuse sends the key of the program `named_backend` in this form, after its public key.
FORMS = (MARKER, base64.b64encode(f"pk:{MARKER}".encode()).decode())


def check_backend(backend):
    with captured.receiver() as server:
        found = captured.send(backend, server.address, MARKER=MARKER)
        headers = "\n".join(str(headers) for _, headers, _ in server.requests)
        if not any(form in headers for form in FORMS):
            fail(f"{backend} did not receive its credential")
    # A backend that repeats the credential in its answer.
    with captured.receiver(401) as server:
        found += captured.send(backend, server.address, expected=1, MARKER=MARKER)
    # A backend that is away, so that the spans are on disk.
    spool = pathlib.Path(tempfile.mkdtemp())
    found += captured.send(backend, "http://127.0.0.1:1", expected=1, MARKER=MARKER, SPOOL=str(spool))
    files = [path for path in spool.rglob("*") if path.is_file()]
    if not any(path.suffix == ".otlp" for path in files):
        fail(f"{backend}: the spool is empty: {files}")
    stored = b"".join(str(path).encode() + path.read_bytes() for path in files)
    for form in FORMS:
        if form in found or form.encode() in stored:
            fail(f"{backend}: the credential was shown or stored")


def check():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for _ in pool.map(check_backend, BACKENDS):
            pass
    log(f"no output and no spool contains the credential of {len(BACKENDS)} backends")
