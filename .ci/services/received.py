"""A receiver of OTLP, and the spans that it has received as an indented tree.

The checks of the examples share it. It reads the few fields that a tree shows, so that it needs no
package.
"""

import gzip
import http.server
import threading

STATUS = {0: "unset", 1: "ok", 2: "error"}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def fields(data):
    """Yields the number and the value of each field of a protobuf message."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = varint(data, at)
        else:
            size = {1: 8, 5: 4}.get(wire)
            if size is None:
                size, at = varint(data, at)
            value, at = data[at : at + size], at + size
        yield key >> 3, value


def all_of(data, number):
    return [value for field, value in fields(data) if field == number]


def first(data, number, default=b""):
    return next(iter(all_of(data, number)), default)


def attributes(data, number):
    """Returns the attributes that are texts."""
    pairs = ((first(one, 1).decode(), first(one, 2)) for one in all_of(data, number))
    return {key: first(value, 1).decode() for key, value in pairs if all_of(value, 1)}


def spans(request):
    """Yields the spans of a request, with the service that sent each."""
    for resource_spans in all_of(request, 1):
        service = attributes(first(resource_spans, 1), 1).get("service.name", "")
        for scope_spans in all_of(resource_spans, 2):
            for span in all_of(scope_spans, 2):
                known = attributes(span, 9)
                yield {
                    "service": service,
                    "trace": first(span, 1),
                    "id": first(span, 2),
                    "parent": first(span, 4),
                    "name": first(span, 5).decode(),
                    "start": int.from_bytes(first(span, 7), "little"),
                    "kind": known.get("openinference.span.kind", ""),
                    "status": STATUS[first(first(span, 15), 3, 0)],
                    "output": known.get("output.value"),
                }


class Receiver:
    """Accepts every request, and keeps its spans."""

    def __init__(self):
        received = self.received = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                received.extend(spans(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def tree(self):
        """Formats each span as `service: name [KIND] status -> output`, below its parent."""
        ids = {span["id"] for span in self.received}
        ordered = sorted(self.received, key=lambda span: span["start"])
        lines = []

        def write(span, depth):
            output = "" if span["output"] is None else f" -> {span['output']}"
            what = f"{span['name']} [{span['kind']}] {span['status']}"
            lines.append(f"{'  ' * depth}{span['service']}: {what}{output}")
            for child in ordered:
                if child["parent"] == span["id"]:
                    assert child["trace"] == span["trace"], "a child has its parent's trace"
                    write(child, depth + 1)

        for span in ordered:
            if span["parent"] not in ids:
                write(span, 0)
        return "\n".join(lines) + "\n"
