"""Checks the session of the example `session` in Phoenix and MLflow: five turns with their first
input, last output, tokens and user."""

import json
import time
import urllib.error

import captured
from programs import run_example
from report import fail, log
from rest import get, value

QUESTION = "How is the weather in {}?"
ANSWER = "Canned answer to: " + QUESTION
QUERY = """{ projects(first: 100) { edges { node { name sessions(first: 10) { edges { node {
  sessionId numTraces userId tokenUsage { total } costSummary { total { cost } }
  firstInput { value } lastOutput { value } } } } } } } }"""


def run(**environment):
    run_example("session", ANSWER.format("Quito"), **environment)


def wait_for(where, read, expected,
             shown="first input, last output, tokens, cost and user are correct"):
    deadline, found = time.monotonic() + 60, None
    while time.monotonic() < deadline:
        found = read()
        if found == expected:
            log(f"{where}: {shown}")
            return
        time.sleep(0.3)
    fail(f"{where}: expected {expected}, found {found}")


def check_phoenix(base):
    run(PHOENIX_COLLECTOR_ENDPOINT=base)

    def tokens():
        """The tokens that the model billed: the sum over the spans of calls."""
        spans = get(f"{base}/v1/projects/session/spans?limit=1000")["data"]
        calls = [span["attributes"] for span in spans if span["span_kind"] == "LLM"]
        return sum(attributes["llm.token_count.total"] for attributes in calls), len(calls)

    def read():
        projects = get(f"{base}/graphql", body={"query": QUERY})["data"]["projects"]["edges"]
        for project in projects:
            sessions = project["node"]["sessions"]["edges"]
            if project["node"]["name"] == "session" and len(sessions) == 1:
                found = sessions[0]["node"]
                total, calls = tokens()
                return (found["sessionId"], found["numTraces"], found["userId"],
                        (found["firstInput"] or {}).get("value"),
                        (found["lastOutput"] or {}).get("value"),
                        calls, float(found["tokenUsage"]["total"]) == total > 0,
                        (found["costSummary"]["total"]["cost"] or 0) > 0)
        return None

    wait_for("A session in Phoenix", read, (
        "session-5", 5, "ada", QUESTION.format("Oslo"), ANSWER.format("Quito"), 5, True, True))


def check_remote_parent(base):
    """Fails unless a remote parent hides the first input of a session, and `ignore_remote_parent` shows
    it again."""
    parent = {"PARENT": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    # A session belongs to one project.
    captured.send("phoenix", base, PROJECT="below-a-parent", SESSION="a", **parent)
    captured.send("phoenix", base, PROJECT="without-a-parent", SESSION="b", IGNORE_PARENT="yes",
                  **parent)
    expected = {"below-a-parent": None, "without-a-parent": captured.QUESTION}

    def read():
        projects = get(f"{base}/graphql", body={"query": QUERY})["data"]["projects"]["edges"]
        sessions = {project["node"]["name"]: project["node"]["sessions"]["edges"]
                    for project in projects if project["node"]["name"] in expected}
        if not all(sessions.values()) or len(sessions) != len(expected):
            return None
        return {name: (found[0]["node"]["firstInput"] or {}).get("value")
                for name, found in sessions.items()}

    wait_for("A remote parent in Phoenix", read, expected,
             "it hides the first input of a session, unless it is ignored")


def check_mlflow(base, experiment):
    run(OTEL_EXPORTER_OTLP_ENDPOINT=base,
        OTEL_EXPORTER_OTLP_HEADERS=f"x-mlflow-experiment-id={experiment}")
    location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}
    body = {"locations": [location], "max_results": 100,
            "filter": "metadata.`mlflow.trace.session` = 'session-5'",
            "order_by": ["timestamp_ms ASC"]}

    def read():
        try:
            found = get(f"{base}/api/3.0/mlflow/traces/search", body=body).get("traces", [])
        except urllib.error.HTTPError as error:
            return error.read().decode()
        metadata = [trace["trace_metadata"] for trace in found]
        tokens = [json.loads(each.get("mlflow.trace.tokenUsage", "{}")) for each in metadata]
        costs = [json.loads(each.get("mlflow.trace.cost", "{}")) for each in metadata]
        if not found:
            return None
        return (len(found), {each.get("mlflow.trace.user") for each in metadata},
                # MLflow writes every value as JSON, also a text.
                value(found[0]["request_preview"]), value(found[-1]["response_preview"]),
                all(each.get("total_tokens", 0) > 0 for each in tokens),
                all(each.get("total_cost", 0) > 0 for each in costs))

    wait_for("A session in MLflow", read, (
        5, {"ada"}, QUESTION.format("Oslo"), ANSWER.format("Quito"), True, True))
