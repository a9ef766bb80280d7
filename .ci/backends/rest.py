"""Reads spans back over REST."""

import json
import time
import urllib.error
import urllib.request

from report import fail


def get(url, key=None, body=None):
    request = urllib.request.Request(url, data=None if body is None else json.dumps(body).encode())
    request.add_header("content-type", "application/json")
    if key:
        request.add_header("authorization", f"Bearer {key}")
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def get_when_stored(url):
    """Returns an answer of a server that stores asynchronously: 404 is asked again for 20 s."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return get(url)
        except urllib.error.HTTPError as error:
            if error.code != 404 or time.monotonic() > deadline:
                fail(f"{url}: {error}: {error.read()[:500]}")
        time.sleep(0.2)


def value(text):
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


def phoenix_spans(base, trace, key=None, project="hinbox", count=1):
    """Returns the spans of a trace. Phoenix stores them asynchronously, so this polls for all of them."""
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
