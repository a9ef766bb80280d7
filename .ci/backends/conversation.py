"""Checks the example `chat` in Phoenix: every message and tool call of a conversation, and its cost."""

import time

from programs import run_example
from report import fail, log
from rest import get, phoenix_spans, value

ANSWER = "Canned answer to: {}"
# Messages of the last LLM span, which contains the whole conversation: role, content, arguments.
CONVERSATION = {
    ("input", 0): ("system", "You are brief.", None),
    ("input", 1): ("user", "What is the weather in Oslo?", None),
    ("input", 2): ("assistant", None, {"city": "Oslo"}),
    ("input", 3): ("tool", "sun in Oslo", None),
    ("input", 4): ("assistant", ANSWER.format("sun in Oslo"), None),
    ("input", 5): ("user", "And in Rome?", None),
    ("input", 6): ("assistant", None, {"city": "Rome"}),
    ("input", 7): ("tool", "sun in Rome", None),
    ("output", 0): ("assistant", ANSWER.format("sun in Rome"), None),
}
TOKENS = {"prompt": 3, "completion": 6, "total": 9}


def check(where, base):
    """Fails unless Phoenix shows messages, calls, model and tokens, and computes a cost."""
    trace, _ = run_example("chat", ANSWER.format("sun in Rome"), PHOENIX_COLLECTOR_ENDPOINT=base)
    spans = phoenix_spans(base, trace, project="chat", count=9)
    streamed = [span for span in spans if span["name"] == "stream"]
    last = max(streamed, key=lambda span: span["start_time"])
    attributes = last["attributes"]
    found = {}
    for side, place in CONVERSATION:
        message = f"llm.{side}_messages.{place}.message."
        arguments = f"{message}tool_calls.0.tool_call.function.arguments"
        found[side, place] = (attributes.get(f"{message}role"), attributes.get(f"{message}content"),
                              value(attributes.get(arguments)))
    tokens = {kind: attributes.get(f"llm.token_count.{kind}") for kind in TOKENS}
    if (found, tokens, attributes["llm.model_name"]) != (CONVERSATION, TOKENS, "gpt-4o-mini"):
        fail(f"{where}: the conversation differs: {last}")
    query = "{ getSpanByOtelId(spanId: \"%s\") { costSummary { total { cost } } } }"
    body = {"query": query % last["context"]["span_id"]}
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        summary = get(f"{base}/graphql", body=body)["data"]["getSpanByOtelId"]["costSummary"]
        if summary and summary["total"]["cost"]:
            log(f"{where}: messages, calls and tokens are correct, the cost is {summary['total']['cost']}")
            return
        time.sleep(0.2)
    fail(f"{where}: no cost")
