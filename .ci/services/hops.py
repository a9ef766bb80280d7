"""The example of six processes, and the tree that it makes."""

COMMAND = ["cargo", "run", "--quiet", "-p", "hops-example"]

TREE = """\
web: POST /plan [CHAIN] unset
  agent: plan [AGENT] ok -> Oslo: a walk in Oslo, 68 °F, museum open
    museum: grpc.health.v1.Health/Check [CHAIN] unset
      museum: opening_hours [RETRIEVER] ok -> ["10 to 18"]
    tools: tools/call temperature [TOOL] ok -> 20
      tools: station [RETRIEVER] ok -> ["20"]
    convert: to_fahrenheit [TOOL] ok -> 68 °F
    worker: process [CHAIN] ok -> a walk in Oslo
      worker: suggest [LLM] ok -> a walk in Oslo
"""
