"""Runs Weave's translator on the requests in a folder, in the environment of its package. Prints one
JSON object for each span."""

import json
import pathlib
import sys

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from weave.trace_server.opentelemetry.python_spans import Span

for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    request = ExportTraceServiceRequest.FromString(path.read_bytes())
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                start, end = Span.from_proto(span).to_call("team/demo")
                usage = {model: {key: value for key, value in counts.items() if value}
                         for model, counts in end.summary["usage"].items()}
                print(json.dumps({
                    "name": start.op_name,
                    "kind": start.attributes.get("kind"),
                    "model": start.attributes.get("model"),
                    "input": start.inputs.get("input.value"),
                    "output": end.output.get("output.value"),
                    "error": end.exception,
                    "usage": usage,
                }))
