"""Checks the example `phoenix_prices`: a model that Phoenix does not know has a price after it."""

from programs import run_example
from report import fail, log
from rest import get

MODEL = "anthropic/claude-sonnet-4.5"
QUERY = """{ generativeModels(first: 1000) { edges { node { name namePattern
  tokenPrices { tokenType costPerMillionTokens } } } } }"""


def check(base):
    run_example("phoenix_prices", MODEL, PHOENIX_COLLECTOR_ENDPOINT=base)
    models = [edge["node"] for edge in
              get(f"{base}/graphql", body={"query": QUERY})["data"]["generativeModels"]["edges"]]
    for model in models:
        if model["name"] == MODEL:
            prices = {price["tokenType"]: price["costPerMillionTokens"]
                      for price in model["tokenPrices"]}
            if prices != {"input": 3.0, "output": 15.0} or "4\\.5$" not in model["namePattern"]:
                fail(f"the price differs: {model}")
            log("Phoenix has the price of a model that it did not know")
            return
    fail(f"Phoenix has no price of {MODEL}")
