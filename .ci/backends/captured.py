"""A receiver of OTLP requests over HTTP that keeps them, and the program that sends them: one
conversation for a named backend."""

import contextlib
import http.server
import pathlib
import subprocess
import tempfile
import threading

from programs import TARGET, clean_environment
from report import fail


QUESTION, ANSWER = "How is the weather in Oslo?", "It is sunny in Oslo."


class Receiver(http.server.ThreadingHTTPServer):
    """Answers every request with one status. A refusal repeats the headers of the request."""

    def __init__(self, status=200):
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.requests = status, []

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.requests.append((self.path, dict(self.headers), body))
        answer = b"" if self.server.status == 200 else str(self.headers).encode()
        self.send_response(self.server.status)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def receiver(status=200):
    server = Receiver(status)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def send(backend, address, expected=0, **environment):
    """Sends the conversation; returns the output of the program."""
    command = [TARGET / "debug" / "named_backend", backend, address]
    ran = subprocess.run(command, env={**clean_environment(), **environment}, text=True,
                         capture_output=True, timeout=60)
    if ran.returncode != expected:
        fail(f"named_backend {backend} ended with {ran.returncode}:\n{ran.stdout}{ran.stderr[-2000:]}")
    return ran.stdout + ran.stderr


def capture(backend):
    """Returns a folder with the requests of the conversation, one in each file."""
    folder = pathlib.Path(tempfile.mkdtemp())
    with receiver() as server:
        send(backend, server.address)
        for number, (_, _, body) in enumerate(server.requests):
            (folder / f"{number:03}.otlp").write_bytes(body)
    return folder
