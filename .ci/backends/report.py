"""What happened, on the output of the check."""

import sys


def fail(message):
    sys.exit(f"backends: {message}")


def say(message):
    print(f"backends: {message}", flush=True)
