"""Compares a conversation with the code of vendors that is published as a package: Weave's translator
of spans, and the attribute keys of LangSmith and Langfuse."""

import json
import pathlib
import subprocess

import captured
from report import fail, log
from servers import install

# The last version whose package contains the translator.
WEAVE = "weave==0.51.59"
SDKS = ("langsmith==0.15.1", "langfuse==5.0.4")
HERE = pathlib.Path(__file__).resolve().parent

# Kind, model, error and usage by name of span. Input and output are compared where they are texts.
EXPECTED = {
    "embed": ("EMBEDDING", "text-embedding-3-small", None,
              {"text-embedding-3-small": {"prompt_tokens": 7, "total_tokens": 7}}),
    "retrieve": ("RETRIEVER", None, None, {"usage": {}}),
    "rerank": ("RERANKER", None, None, {"usage": {}}),
    "weather": ("TOOL", None, None, {"usage": {}}),
    "stream_answer": ("LLM", "gpt-4o", None, {"gpt-4o": {}}),
    "ask": ("LLM", "gpt-4o-2024-08-06", None, {
        "gpt-4o-2024-08-06": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}}),
    "turn": ("AGENT", None, None, {"usage": {}}),
}


def run(python, script, *arguments):
    ran = subprocess.run([python, HERE / script, *arguments], text=True, capture_output=True)
    if ran.returncode != 0:
        fail(f"{script} failed:\n{ran.stderr[-2000:]}")
    return [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]


def check_weave():
    calls = run(install("python", WEAVE), "in_weave.py", captured.capture("weave"))
    failed = [call for call in calls if call["error"]]
    found = {call["name"]: (call["kind"], call["model"], call["error"], call["usage"])
             for call in calls if not call["error"]}
    if found != EXPECTED or [call["error"] for call in failed] != ["String: no such city"]:
        fail(f"Weave's translator: expected {EXPECTED}, found {found} and {failed}")
    turn = next(call for call in calls if call["name"] == "turn")
    if (turn["input"], turn["output"]) != (captured.QUESTION, captured.ANSWER):
        fail(f"Weave's translator: input or output differ: {turn}")
    log("Weave's translator: kinds, models, tokens, errors, input and output are correct")


def check_keys():
    """Fails if an attribute for LangSmith or Langfuse is one that their own packages do not write."""
    python = install("python", " ".join(SDKS))
    folders = [captured.capture(name) for name in ("langfuse", "langsmith")]
    for vendor, (sent, known) in run(python, "in_sdk.py", *folders)[0].items():
        unknown = [key for key in sent
                   if not any(key == it or key.startswith(f"{it}.") for it in known)]
        if unknown or len(sent) < 3:
            fail(f"{vendor}: the package does not write {unknown}; sent {sent}, known {known}")
        log(f"{vendor}: its package writes the {len(sent)} keys that are added for it")
