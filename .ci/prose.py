#!/usr/bin/env python3
"""Measures the English of comments and documents, and the size of source files.

Prints one line per tree, lists each offending line if a tree exceeds its budget, and exits with 1
if any budget is exceeded. The columns count phrases that make English hard to read for newcomers:
write the noun in place of a clause with "what", "reports" in place of "says", and so on.

    python3 .ci/prose.py
"""

import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Budgets.
PROSE_PER_1000_LINES = 4
MEDIAN_FILE_LINES = 150
LONGEST_FILE_LINES = 400
COMMENTS_PER_CODE_LINE = 0.25

# Trees: name, and the files with comments or text to read.
RUST_TREES = ["trace-macros/src", "trace-runtime/src", "integrations", "tests", "benches"]
TEXT_TREES = ["docs", "README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
SIZED_TREES = ["trace-macros/src", "trace-runtime/src", "integrations"]
EXPLAINED_TREE = "trace-runtime/src"

VERBS = "is was were are has have had can could may must will would does did do"
NOUNS = "it they there this that other others a an the no every each follows arrived remains waits"
COLUMNS = {
    "what-clauses": rf"\bwhat (?:{'|'.join((VERBS + ' ' + NOUNS).split())})\b",
    "said": r"\b(?:say|says|said|saying)\b",
    "behind": r"\bbehind\b",
    "nobody": r"\b(?:nobody|nobody's|whoever|somebody|everybody)\b",
    "double genitives": r"\bof (?:ours|theirs|yours|his|its own|one's own)\b|\bof the \w+'s\b",
}
COLUMNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in COLUMNS.items()}
ODD_START = re.compile(r"^(?:Of|What|As|The same|Whose|Whether|So|Nor|Not|Else)\b")


def files(tree, ending):
    """Returns the files of a tree, without those that Cargo builds."""
    path = ROOT / tree
    found = [path] if path.is_file() else sorted(path.rglob(f"*{ending}"))
    return [file for file in found if "target" not in file.relative_to(ROOT).parts]


def comments(file):
    """Yields number, text and whether it starts a comment or paragraph, for each comment line."""
    previous = ""
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if found := re.match(r"\s*(//[/!]?)\s?(.*)", line):
            mark, text = found.groups()
            yield number, text, mark != "//" and not previous
            previous = text.strip()
        else:
            previous = ""


def paragraphs(file):
    """Yields the same for each line of Markdown text outside code blocks."""
    previous, in_code = "", False
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        elif line.strip() and not in_code:
            text = line.lstrip(" #*>-|")
            yield number, text, not previous
        previous = line.strip()


def measure(tree, ending, lines_of):
    """Prints the columns of a tree; returns true if all are within the budget."""
    hits = {name: [] for name in [*COLUMNS, "odd starts"]}
    lines = 0
    for file in files(tree, ending):
        for number, text, is_start in lines_of(file):
            lines += 1
            place = f"{file.relative_to(ROOT)}:{number}: {text.strip()}"
            for name, pattern in COLUMNS.items():
                hits[name] += [place] * len(pattern.findall(text))
            if is_start and ODD_START.match(text):
                hits["odd starts"].append(place)
    rates = {name: 1000 * len(found) / max(lines, 1) for name, found in hits.items()}
    columns = ", ".join(f"{name} {rate:.1f}" for name, rate in rates.items())
    print(f"{tree}: {lines} lines, per 1,000: {columns}")
    exceeded = [name for name, rate in rates.items() if rate > PROSE_PER_1000_LINES]
    for name in exceeded:
        for place in hits[name]:
            print(f"  {name}: {place}")
    return not exceeded


def sizes():
    """Prints the sizes of source files; returns true if they are within the budgets."""
    counted = {
        file: len(file.read_text().splitlines()) for tree in SIZED_TREES for file in files(tree, ".rs")
    }
    median = statistics.median(counted.values())
    print(f"{len(counted)} source files: median {median:.0f} lines, longest {max(counted.values())}")
    long = {file: lines for file, lines in counted.items() if lines > LONGEST_FILE_LINES}
    for file, lines in long.items():
        print(f"  {file.relative_to(ROOT)} has {lines} lines, at most {LONGEST_FILE_LINES} are allowed")
    return median <= MEDIAN_FILE_LINES and not long


def explanation():
    """Prints the share of comments in the library; returns true if it is large enough."""
    code = commented = 0
    for file in files(EXPLAINED_TREE, ".rs"):
        if "tests" in file.parts[-2:] or file.name == "tests.rs":
            continue
        lines = [line.strip() for line in file.read_text().splitlines() if line.strip()]
        count = sum(line.startswith("//") for line in lines)
        commented, code = commented + count, code + len(lines) - count
    share = commented / code
    print(f"{EXPLAINED_TREE}: {share:.2f} comment lines per code line, {COMMENTS_PER_CODE_LINE} wanted")
    return share >= COMMENTS_PER_CODE_LINE


def main():
    results = [measure(tree, ".rs", comments) for tree in RUST_TREES]
    results += [measure(tree, ".md", paragraphs) for tree in TEXT_TREES]
    results += [sizes(), explanation()]
    if not all(results):
        sys.exit("a budget is exceeded: see .ci/prose.py")


main()
