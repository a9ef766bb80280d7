#!/usr/bin/env python3
"""Runs the examples and the tests with real clients against Phoenix and MLflow, and reads the spans
back. Compares a conversation for other backends with their servers, or with their published code.

Installs the servers into a cache folder (default target/backends), and stops them at the end. Fails
if a server cannot be installed; the check is never skipped.
"""

import conversation
import credentials
import evaluations
import feedback
import light
import prices
import processes
import sessions
import translators
from hinbox import check_mlflow, check_phoenix
from programs import build, run_example, test_clients
from report import fail, log
from rest import get
from servers import free_port, mlflow, phoenix

SECRET = "testsecret-0123456789abcdef0123456789abcdef"
ADMIN = "adminsecret-0123456789abcdef0123456789abcd"
WRONG_KEY = "wr0ng-key-that-must-stay-hidden"


def against_phoenix():
    port, grpc_port = free_port(), free_port()
    base = f"http://127.0.0.1:{port}"
    with phoenix(port, grpc_port):
        trace, _ = run_example(PHOENIX_COLLECTOR_ENDPOINT=base)
        check_phoenix("Phoenix over HTTP", base, trace)
        trace, _ = run_example(PHOENIX_COLLECTOR_ENDPOINT=base,
                               OTEL_EXPORTER_OTLP_COMPRESSION="gzip")
        check_phoenix("Phoenix over HTTP with gzip", base, trace)
        trace, _ = run_example(PHOENIX_COLLECTOR_ENDPOINT=f"http://127.0.0.1:{grpc_port}",
                               OTEL_EXPORTER_OTLP_PROTOCOL="grpc")
        check_phoenix("Phoenix over gRPC", base, trace)
        conversation.check("A conversation in Phoenix", base)
        feedback.check_phoenix(base)
        sessions.check_phoenix(base)
        sessions.check_remote_parent(base)
        processes.check_phoenix(base)
        prices.check(base)
        evaluations.check_phoenix(base)
        log(f"{test_clients(base)} tests with real clients find the expected spans in Phoenix")


def against_phoenix_with_authentication():
    port, grpc_port = free_port(), free_port()
    base = f"http://127.0.0.1:{port}"
    with phoenix(port, grpc_port, PHOENIX_ENABLE_AUTH="true", PHOENIX_SECRET=SECRET,
                 PHOENIX_ADMIN_SECRET=ADMIN):
        key = get(f"{base}/v1/system/api_keys", ADMIN, {"data": {"name": "hinbox"}})["data"]["key"]
        for transport, address in (("HTTP", base), ("gRPC", f"http://127.0.0.1:{grpc_port}")):
            endpoint = {"PHOENIX_COLLECTOR_ENDPOINT": address,
                        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc" if transport == "gRPC" else "http/protobuf"}
            _, stderr = run_example(PHOENIX_API_KEY=WRONG_KEY, **endpoint)
            lines = [line for line in stderr.splitlines() if line.startswith("trace-runtime:")]
            expected = "5 spans not delivered: it rejected the API key from `PHOENIX_API_KEY`"
            if len(lines) != 1 or expected not in lines[0] or WRONG_KEY in stderr:
                fail(f"a wrong key over {transport} was not reported as the cause:\n{stderr}")
            log(f"Phoenix over {transport} refuses a wrong key, and the program reports it")
            trace, stderr = run_example(PHOENIX_API_KEY=key, **endpoint)
            if key in stderr:
                fail("the key was printed")
            check_phoenix(f"Phoenix over {transport} with a key", base, trace, key)


def against_mlflow():
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with mlflow(port):
        created = get(f"{base}/api/2.0/mlflow/experiments/create", body={"name": "hinbox"})
        trace, _ = run_example(
            OTEL_EXPORTER_OTLP_ENDPOINT=base,
            OTEL_EXPORTER_OTLP_HEADERS=f"x-mlflow-experiment-id={created['experiment_id']}")
        check_mlflow("MLflow over HTTP", base, trace)
        feedback.check_mlflow(base, created["experiment_id"])
        sessions.check_mlflow(base, created["experiment_id"])


def main():
    build()
    credentials.check()
    light.check_sideseat()
    light.check_test_agent()
    translators.check_weave()
    translators.check_keys()
    against_phoenix()
    against_phoenix_with_authentication()
    against_mlflow()
    log("all checks passed")


main()
