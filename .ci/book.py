#!/usr/bin/env python3
"""A preprocessor of mdBook: lets the links of the book lead to its pages, or to the repository.

Documents link to source files and tests, which are no pages of the book. Such a link becomes one to
the address in BOOK_REPOSITORY, such as `https://host/owner/name/blob/main`, or plain text without it.

    mdbook build docs
    python3 .ci/book.py --check   # after the build: each link leads to a page and a heading
"""

import json
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BOOK = ROOT / "target" / "book"
DOCS = ROOT / "docs"
CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


def chapters(items):
    """Yields each chapter of the book."""
    for item in items:
        if chapter := isinstance(item, dict) and item.get("Chapter"):
            yield chapter
            yield from chapters(chapter["sub_items"])


def linked(document, pages, repository):
    """Returns a function that writes a link of the document anew."""

    def replace(match):
        text, target = match.groups()
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        if re.match(r"[a-z]+:", target) or file in pages:
            return match.group()
        if not repository:
            return text
        inside = file.relative_to(ROOT).as_posix()
        return f"[{text}]({repository}/{inside}{'#' + anchor if anchor else ''})"

    return replace


def preprocess():
    """Reads the book from stdin, and writes it to stdout."""
    _, book = json.load(sys.stdin)
    repository = os.environ.get("BOOK_REPOSITORY", "").rstrip("/")
    found = [chapter for chapter in chapters(book["items"]) if chapter["source_path"]]
    pages = {DOCS / chapter["source_path"] for chapter in found}
    for chapter in found:
        replace = linked(DOCS / chapter["source_path"], pages, repository)
        # Links whose text is code are split at it, so code is put aside first.
        code = []
        text = CODE.sub(lambda part: code.append(part.group()) or f"\0{len(code) - 1}\0", chapter["content"])
        text = LINK.sub(replace, text)
        chapter["content"] = re.sub("\0(\\d+)\0", lambda part: code[int(part.group(1))], text)
    json.dump(book, sys.stdout)


def dead_links(page):
    """Yields a line for each link of a page of the built book that leads nowhere."""
    for target in re.findall(r'(?:href|src)="([^"]+)"', page.read_text()):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if re.match(r"[a-z]+:", target):
            continue
        if not file.exists() or file.suffix == ".md":
            yield f"{page.relative_to(BOOK)}: no page {target}"
        elif anchor and file.suffix == ".html" and f'id="{anchor}"' not in file.read_text():
            yield f"{page.relative_to(BOOK)}: no heading {target}"


def check():
    """Exits with an error if a link of the built book leads nowhere."""
    pages = [page for page in BOOK.rglob("*.html") if page.name not in ("404.html", "print.html")]
    found = sorted({line for page in pages for line in dead_links(page)})
    print("\n".join(found) or f"all links of {len(pages)} pages lead to a page or heading")
    sys.exit(bool(found) or not pages)


if "--check" in sys.argv:
    check()
elif sys.argv[1:2] != ["supports"]:
    preprocess()
