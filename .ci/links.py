#!/usr/bin/env python3
"""Checks the links between the documents of the repository: each file and each heading must exist.

    python3 .ci/links.py
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def documents():
    """Returns the Markdown files that git knows, each once."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = [ROOT / line for line in listed.stdout.splitlines()]
    return [file for file in files if not file.is_symlink()]


def anchors(text):
    """Returns the anchors of the headings, in the form of GitHub and mdBook."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def problems(document):
    """Yields a line for each link that leads nowhere."""
    text = document.read_text()
    prose = CODE.sub(lambda code: "x" if not code.group().startswith("```") else "", text)
    for target in LINK.findall(prose):
        if re.match(r"[a-z]+:", target) or "::" in target or not re.search(r"[./#]", target):
            continue  # another site, or an item of rustdoc
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        name = document.relative_to(ROOT)
        if not file.exists():
            yield f"{name}: no file {target}"
        elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
            yield f"{name}: no heading {target}"


def missing_chapters():
    """Yields a line for each document that the summary of the book does not list."""
    summary = ROOT / "docs" / "SUMMARY.md"
    listed = {(summary.parent / target).resolve() for target in LINK.findall(summary.read_text())}
    for document in [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "guide").glob("*.md")]:
        if document != summary and document not in listed:
            yield f"{document.relative_to(ROOT)}: no chapter in docs/SUMMARY.md"


found = [problem for document in documents() for problem in problems(document)]
found += missing_chapters()
print("\n".join(found) or "all links lead to a file or heading")
sys.exit(bool(found))
