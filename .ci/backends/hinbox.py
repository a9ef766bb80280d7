"""Checks the example `hinbox` in the backends: tree, kinds and values."""

import json

from report import fail, log
from rest import get_when_stored, phoenix_spans, value

ANSWER = "Canned answer to: {}"
FRANCE, SPAIN = "What is the capital of France?", "And of Spain?"
# Name, kind, parent, input and output. Values that are JSON text are compared as JSON.
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


def compare(where, found):
    found = sorted(found, key=str)
    if found != EXPECTED:
        fail(f"{where}: the trace differs\nexpected {json.dumps(EXPECTED, indent=1)}\n"
             f"found {json.dumps(found, indent=1)}")
    log(f"{where}: tree, kinds and values are correct")


def check_phoenix(where, base, trace, key=None):
    spans = phoenix_spans(base, trace, key, count=len(EXPECTED))
    names = {span["context"]["span_id"]: span["name"] for span in spans}
    compare(where, [
        (span["name"], span["span_kind"], names.get(span["parent_id"]),
         value(span["attributes"].get("input.value")), value(span["attributes"].get("output.value")))
        for span in spans
    ])
    for span in spans:
        attributes = span["attributes"]
        if span["status_code"] != "OK" or attributes["code.file.path"] != "examples/hinbox.rs":
            fail(f"{where}: wrong status or file: {span}")
        if span["name"] == "query_embedding" and attributes["tool.description"] != "Query embedding":
            fail(f"{where}: the tool has no description: {span}")


def plain(any_value):
    """Decodes OTLP's AnyValue from MLflow's JSON."""
    kind, content = next(iter(any_value.items()))
    if kind == "array_value":
        return [plain(item) for item in content.get("values", [])]
    if kind == "kvlist_value":
        return {item["key"]: plain(item["value"]) for item in content.get("values", [])}
    return value(content)


def check_mlflow(where, base, trace):
    found = get_when_stored(f"{base}/api/3.0/mlflow/traces/get?trace_id=tr-{trace}")
    spans = found["trace"]["spans"]
    names = {span["span_id"]: span["name"] for span in spans}
    rows = []
    for span in spans:
        attributes = {entry["key"]: plain(entry["value"]) for entry in span["attributes"]}
        # MLflow omits an empty object.
        rows.append((span["name"], attributes["mlflow.spanType"], names.get(span.get("parent_span_id")),
                     attributes.get("mlflow.spanInputs") or {}, attributes.get("mlflow.spanOutputs")))
    compare(where, rows)
