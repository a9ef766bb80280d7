"""Output of the check."""

import sys


def fail(message):
    sys.exit(f"backends: {message}")


def log(message):
    print(f"backends: {message}", flush=True)
