#!/usr/bin/env python3
"""Runs the benchmarks and replaces the measured parts of docs/performance.md.

Each part is between `<!-- name -->` and `<!-- end -->`. Arguments select parts, for example `overhead`.

    python3 benches/report.py
"""

import os
import pathlib
import platform
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
COMMANDS = {
    "overhead": ["cargo", "bench", "-p", "benches", "--bench", "overhead"],
    "export": ["cargo", "bench", "-p", "benches", "--bench", "export"],
    "http": ["cargo", "bench", "-p", "benches", "--bench", "http"],
    "functions": [sys.executable, "benches/compile_time.py", "functions"],
    "build": [sys.executable, "benches/compile_time.py", "build"],
}


def measured(name):
    print(f"== {' '.join(COMMANDS[name][:6])}", flush=True)
    ran = subprocess.run(COMMANDS[name], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True)
    # The last line of a benchmark holds its ratios as JSON; the page shows it as a code block.
    return re.sub(r"^(RATIOS .*)$", r"```text\n\1\n```", ran.stdout.strip(), flags=re.MULTILINE)


def machine():
    compiler = subprocess.run(["rustc", "--version"], text=True, stdout=subprocess.PIPE, check=True)
    version = compiler.stdout.split()[1]
    return f"{os.cpu_count()} cores, {platform.system()}, rustc {version}."


def main():
    page = PAGE.read_text()
    for name in ["machine", *(sys.argv[1:] or COMMANDS)]:
        text = machine() if name == "machine" else measured(name)
        pattern = rf"(<!-- {name} -->\n).*?(\n<!-- end -->)"
        page, count = re.subn(pattern, lambda found: found[1] + text + found[2], page, flags=re.DOTALL)
        if count != 1:
            sys.exit(f"{PAGE.name}: expected exactly one part named {name}, found {count}")
        PAGE.write_text(page)


main()
