#!/usr/bin/env python3
"""Runs the examples of several processes, and compares the tree of the spans that arrive."""

import contextlib
import os
import subprocess
import sys

import collectors
import hops
from received import Receiver
from redis_server import redis

PREFIXES = ("OTEL_", "PHOENIX_", "TRACE_")


def run(command, expected, through=contextlib.nullcontext, **more):
    """Runs an example with its own receiver, or with a collector that sends to it. Each of its
    processes must deliver all spans."""
    receiver = Receiver()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(PREFIXES)}
    with through(receiver.endpoint) as endpoint:
        environment.update(more, PHOENIX_COLLECTOR_ENDPOINT=endpoint)
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)
    tree = receiver.tree()
    if ran.returncode != 0 or tree != expected or "not delivered" in ran.stderr:
        sys.exit(f"{command} fails\n-- tree\n{tree}\n-- expected\n{expected}\n-- stderr\n{ran.stderr}")
    print(f"{' '.join(command)}\n{tree}")


run(
    ["cargo", "run", "--quiet", "-p", "trace-rmcp", "--example", "weather"],
    """\
weather-agent: plan [AGENT] ok -> In Oslo: sun at Oslo Harbour
  weather-server: tools/call weather [TOOL] ok -> sun at Oslo Harbour
    weather-server: stations [RETRIEVER] ok -> ["Oslo Harbour"]
  weather-agent: answer [LLM] ok -> In Oslo: sun at Oslo Harbour
weather-agent: plan [AGENT] ok -> In Atlantis: no station in Atlantis
  weather-server: tools/call weather [TOOL] error -> no station in Atlantis
    weather-server: stations [RETRIEVER] ok -> []
  weather-agent: answer [LLM] ok -> In Atlantis: no station in Atlantis
""",
)

with redis() as url:
    run(
        ["cargo", "run", "--quiet", "-p", "queue-example"],
        """\
agent: plan [AGENT] ok -> a day in Oslo
  worker: process [CHAIN] ok -> a day in Oslo
    worker: answer [LLM] ok -> a day in Oslo
agent: plan [AGENT] ok -> a day in Rome
  worker: process [CHAIN] ok -> a day in Rome
    worker: answer [LLM] ok -> a day in Rome
""",
        REDIS_URL=url,
    )
    run(hops.COMMAND, hops.TREE, REDIS_URL=url)
    run(hops.COMMAND, hops.TREE, through=collectors.rotel, REDIS_URL=url)

collectors.check()
