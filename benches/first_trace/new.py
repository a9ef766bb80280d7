import sys

from phoenix.otel import register

tracer = register(project_name="travel", endpoint=sys.argv[1], batch=True, verbose=False).get_tracer(__name__)


@tracer.llm
def ask(prompt):
    return f"an answer to {prompt}"


@tracer.tool(name="weather", description="The weather of a city")
def weather(city):
    return f"sun in {city}"


@tracer.agent
def plan(task):
    return ask(f"{task}, given {weather('Oslo')}")


print(plan("Plan a trip"))
