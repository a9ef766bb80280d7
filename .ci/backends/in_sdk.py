"""Prints the attribute keys that the packages of LangSmith and Langfuse write, in their environment,
and those of the requests in a folder for each key of the command line."""

import json
import pathlib
import sys

from langfuse._client.attributes import LangfuseOtelSpanAttributes
from langsmith._internal.otel import _otel_exporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def texts(owner, prefix):
    values = [value for value in vars(owner).values() if isinstance(value, str)]
    return sorted({value for value in values if value.startswith(prefix)})


def sent(folder, prefix):
    """Returns the keys with this prefix of the spans and of their resources."""
    keys = set()
    for path in pathlib.Path(folder).iterdir():
        request = ExportTraceServiceRequest.FromString(path.read_bytes())
        for resource in request.resource_spans:
            spans = [span for scope in resource.scope_spans for span in scope.spans]
            for owner in [resource.resource, *spans]:
                keys.update(it.key for it in owner.attributes if it.key.startswith(prefix))
    return sorted(keys)


langfuse, langsmith = sys.argv[1:]
print(json.dumps({
    "langfuse": [sent(langfuse, "langfuse."), texts(LangfuseOtelSpanAttributes, "langfuse.")],
    "langsmith": [sent(langsmith, "langsmith."), texts(_otel_exporter, "langsmith.")],
}))
