#!/usr/bin/env python3
"""Counts the instructions and the allocations of a span, which repeat on every machine.

Needs valgrind. `benches/instructions.json` keeps the counts.

    python3 benches/instructions.py           # count, and print the table
    python3 benches/instructions.py --check   # fail if a guarded count grew by more than 5 %
    python3 benches/instructions.py --write   # keep the new counts, also in docs/performance.md
    python3 benches/instructions.py sync      # only the rows with this name

callgrind counts the calling thread while it makes calls, or the worker thread while it prepares a
batch. It does not see the code of the kernel that reads the clock: two reads are about 90
instructions more for every contender but fastrace.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEPT = ROOT / "benches" / "instructions.json"
PAGE = ROOT / "docs" / "performance.md"
# The row, the contender, its title, and true for a count that must not grow.
ROWS = [
    ("sync", "plain", "plain function", False),
    ("sync", "off", "nothing registered", True),
    ("sync", "unsampled", "not sampled", True),
    ("sync", "recorded", "recorded", True),
    ("sync", "floor", "the floor", False),
    ("sync", "sdk", "OpenTelemetry SDK by hand", False),
    ("sync", "sdk_unsampled", "OpenTelemetry SDK by hand, not sampled", False),
    ("sync", "tracing", "`tracing` and tracing-opentelemetry", False),
    ("sync", "fastrace", "fastrace", False),
    ("depth", "recorded", "depth 10, recorded", True),
    ("depth", "floor", "depth 10, the floor", False),
    ("depth", "sdk", "depth 10, OpenTelemetry SDK by hand", False),
    ("async", "plain", "three awaits, plain function", False),
    ("async", "off", "three awaits, nothing registered", True),
    ("async", "unsampled", "three awaits, not sampled", True),
    ("async", "recorded", "three awaits, recorded", True),
    ("async", "floor", "three awaits, the floor", False),
    ("async", "sdk", "three awaits, OpenTelemetry SDK by hand", False),
    ("async", "tracing", "three awaits, `tracing` and tracing-opentelemetry", False),
    ("chunk", "plain", "a chunk of a stream, plain", False),
    ("chunk", "off", "a chunk of a stream, nothing registered", True),
    ("chunk", "recorded", "a chunk of a stream, recorded", True),
    ("worker", "scrubbed", "worker, 1 KB, secrets redacted", True),
    ("worker", "unscrubbed", "worker, 1 KB, secrets left in", True),
]
COUNTED = "*count::counted*"
WORKER = "*Worker*process*"
# The bursts of the two runs whose difference counts.
BURSTS = (4, 12)
ALLOWED_GROWTH = 1.05


def program():
    """Builds the benchmark and returns its path."""
    command = "cargo bench --quiet -p benches --bench overhead --no-run --message-format=json"
    built = subprocess.run(command.split(), cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True)
    messages = [json.loads(line) for line in built.stdout.splitlines() if line.startswith("{")]
    return next(path for message in messages if (path := message.get("executable")))


def run(path, row, contender, bursts):
    """Returns the instructions, the allocations and the units of one run."""
    function = WORKER if row == "worker" else COUNTED
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out"
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--quiet"]
        command += [f"--toggle-collect={function}", path, "count", row, contender, str(bursts)]
        ran = subprocess.run(command, text=True, capture_output=True, check=False)
        if ran.returncode != 0:
            sys.exit(f"{' '.join(command)}:\n{ran.stderr}")
        units = int(re.search(r"^UNITS (\d+)$", ran.stdout, re.MULTILINE)[1])
        text = out.read_text()
    instructions = int(re.search(r"^(?:totals|summary): (\d+)", text, re.MULTILINE)[1])
    return instructions, allocations(text), units


def allocations(text):
    """Returns the calls of functions that allocate. callgrind counts them on all threads."""
    allocating = {"malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign"}
    numbers = {number for number, name in re.findall(r"^c?fn=\((\d+)\) (\S+)$", text, re.MULTILINE)
               if name in allocating}
    count, function, called = 0, None, None
    for line in text.splitlines():
        if line.startswith("fn="):
            function = re.match(r"fn=\((\d+)\)", line)[1]
        elif line.startswith("cfn="):
            called = re.match(r"cfn=\((\d+)\)", line)[1]
        elif line.startswith("calls=") and called in numbers and function not in numbers:
            count += int(line[6:].split()[0])
    return count


def count(path, row, contender):
    """Returns the instructions and the allocations of one span or chunk."""
    first, second = (run(path, row, contender, bursts) for bursts in BURSTS)
    instructions, allocated, units = (after - before for before, after in zip(first, second))
    return {"instructions": round(instructions / units), "allocations": round(allocated / units, 1)}


def table(counts):
    lines = ["| for each span or chunk | instructions | allocations, all threads |", "|---|---|---|"]
    for row, contender, title, _ in ROWS:
        found = counts.get(f"{row} {contender}")
        if found:
            lines.append(f"| {title} | {found['instructions']:,} | {found['allocations']:g} |")
    return "\n".join(lines)


def growth(counts, kept):
    """Returns a line for each guarded count that grew too much."""
    for row, contender, title, is_guarded in ROWS:
        name = f"{row} {contender}"
        before = kept.get(name)
        for what, now in counts.get(name, {}).items():
            if is_guarded and before and now > before[what] * ALLOWED_GROWTH + 0.01:
                yield f"{title}: {now} {what}, and {before[what]} are kept in {KEPT.name}"


def main():
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed; Debian has a package of this name")
    options = {argument for argument in sys.argv[1:] if argument.startswith("--")}
    wanted = set(sys.argv[1:]) - options
    rows = [row for row in ROWS if not wanted or row[0] in wanted]
    if "--check" in options:
        rows = [row for row in rows if row[3]]
    path = program()
    counts = {f"{row} {contender}": count(path, row, contender) for row, contender, *_ in rows}
    print(table(counts))
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if "--write" in options:
        kept.update(counts)
        KEPT.write_text(json.dumps(kept, indent=2) + "\n")
        pattern = r"(<!-- instructions -->).*?(<!-- end -->)"
        page = re.sub(pattern, lambda found: f"{found[1]}\n{table(kept)}\n{found[2]}", PAGE.read_text(),
                      flags=re.DOTALL)
        PAGE.write_text(page)
    if "--check" in options and (grown := list(growth(counts, kept))):
        sys.exit("more than 5 % above the kept counts:\n" + "\n".join(grown))


main()
