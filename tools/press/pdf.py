"""The whole book as one PDF: one document in HTML, printed by Chromium.

Chromium cannot write the page of another place into a text, so the book is printed until the
numbers in its table of contents and after its links are those of the pages.
"""

from __future__ import annotations

import html
import os
from pathlib import Path

from bs4 import Tag

from tools.press import cover, pdffile
from tools.press.book import SUBTITLE, Book
from tools.press.chapters import Chapter
from tools.press.folds import new
from tools.press.printer import CannotPrint, print_file, printer

MOST_PRINTINGS = 4
LONG = 14  # lines of code; longer code may go on on the next page
NOT_NUMBERED = "a.term, pre a, .bibtex-citation a, .used-in a, .sig a, :is(p, li, dd) a:has(code)"


def make(book: Book, cache: Path, folder: Path) -> bytes:
    """Return the PDF; the document that is printed is left in `folder`.

    Raises
    ------
    CannotPrint
        If something is missing, or the pages' numbers do not settle.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chapters = book.read(cache)
    site = os.path.relpath(book.site, folder).replace(os.sep, "/")
    for found in chapters:
        prepare(found, site)
    (folder / "cover.svg").write_bytes(cover.draw(book.title, SUBTITLE, "svg"))
    numbers: dict[str, int] = {}
    with printer() as page:
        for _ in range(MOST_PRINTINGS):
            path = folder / "book.html"
            path.write_text(document(book, chapters, numbers, site), encoding="utf-8")
            pdf = print_file(page, path)
            found = pdffile.destinations(pdf)
            if found == numbers:
                return pdf
            numbers = found
    raise CannotPrint(f"The numbers of the pages still move after {MOST_PRINTINGS} printings.")


def prepare(chapter: Chapter, site: str) -> None:
    """Make a chapter ready for paper: places for page numbers, headings below the part's.

    `site` is the way from the document to the built site, where the pictures are.
    """
    for picture in chapter.body.select("img[src]:not([src^='data:'])"):
        picture["src"] = f"{site}/{picture['src']}"
    for block in chapter.body.select("pre"):
        if len(block.get_text().splitlines()) <= LONG:
            block["class"] = "whole"
    skipped = {id(tag) for tag in chapter.body.select(NOT_NUMBERED)}
    for link in chapter.body.select("a[href^='#']"):
        target = link["href"][1:]
        if id(link) not in skipped and target.partition("-")[0] != chapter.key:
            link.insert_after(new("span", "", **{"class": "page", "data-to": target}))
    if chapter.level == 1 and chapter.body.h1:
        chapter.body["class"] = "chapter part"
    lower_headings(chapter.body, chapter.level - 1)


def lower_headings(body: Tag, steps: int) -> None:
    """Lower headings, so that the outline nests chapters in parts; classes keep their looks."""
    for heading in body.find_all(["h1", "h2", "h3", "h4", "h5"]):
        heading["class"] = heading.name
        heading.name = f"h{min(6, int(heading.name[1]) + steps)}"


def document(book: Book, chapters: list[Chapter], numbers: dict[str, int], site: str) -> str:
    """Return the whole book as one page of HTML, with the numbers of pages as far as known."""
    for found in chapters:
        for place in found.body.select("span.page[data-to]"):
            place.string = f" (p. {numbers.get(place['data-to'], 100)})"
    style = book.style("press.css", "paper.css").replace("math.woff2", f"{site}/_static/math.woff2")
    about = "".join(f"<p>{html.escape(text)}</p>" for text in book.about())
    about = f'<div class="about"><div class="h2">About this edition</div>{about}</div>'
    bodies = "".join(str(found.body) for found in chapters)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{html.escape(book.title)}</title><style>{style}{heads(chapters)}</style></head>"
        f'<body><div class="cover"><img src="cover.svg" alt="{html.escape(book.title)}"></div>'
        f'{about}{contents(chapters, numbers)}{bodies}</body></html>'
    )


def heads(chapters: list[Chapter]) -> str:
    """Return the style of the running heads: the part at the left, the chapter at the right."""
    rules, part = [], ""
    font = 'font: 8.5pt "Liberation Sans", "WenQuanYi Micro Hei", Arial, sans-serif; color: #444'
    for found in chapters:
        part = found.title if found.level == 1 else part
        right = "" if found.level == 1 else found.title
        left = f"@top-left {{ content: {quoted(part)}; {font} }}"
        right = f"@top-right {{ content: {quoted(right)}; {font} }}"
        rules.append(f"@page {found.key} {{ {left} {right} }} #{found.key} {{ page: {found.key} }}")
    return "\n".join(rules)


def quoted(text: str) -> str:
    r"""Return a text as a string of CSS.

    >>> quoted('The "best" </style>')
    '"The \\"best\\" \\3c /style>"'
    """
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ")
    return f'"{text}"'


def contents(chapters: list[Chapter], numbers: dict[str, int]) -> str:
    """Return the table of contents."""
    lines = "".join(
        f'<p class="level-{found.level}"><a href="#{found.key}">{html.escape(found.title)}</a>'
        f'<span class="dots"></span><span>{numbers.get(found.key, 100)}</span></p>'
        for found in chapters
    )
    return f'<nav class="toc"><div class="h1">Contents</div>{lines}</nav>'
