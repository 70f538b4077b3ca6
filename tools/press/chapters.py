"""The chapters of the book on paper: the pages of the built site, made to stand still.

What a reader of paper cannot do is replaced. Components become their still pictures, what is
folded on the site stands at the end of its chapter under "Answers", and code that only draws a
figure is left out, as the site hides it. Identifiers get the chapter's key before them, so that
all chapters can stand in one document.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag

from tools.press import folds
from tools.press.stills import replace_components

NOT_PRINTED = (
    "a.headerlink, script, style, noscript, .toctree-wrapper, .continue, .downloads, "
    "details.source, details:has(> .used-in), details.above-input > summary"
)
# Of the spans around words of code those that press.css colors stay: comments, keywords, strings
# and what is defined. The others would be two thirds of all elements of the book.
SPAN = re.compile(
    r'<span class="(?:pre|[gmnopvw]|bp|fm|g[opr]|m[fi]|n[benv]|nn|s[aei]|vm)">([^<]*)</span>'
)
# A reference inside an SVG, in url(#name) or #name alone, but not a color.
OWN = re.compile(r"(url\(|^)#(?=\w)(?![0-9a-fA-F]{3,6}$)")
ID_LISTS = ("aria-labelledby", "aria-describedby", "headers", "for")


@dataclass
class Chapter:
    """A page of the book: its key, its title, its level from 1, and what it says."""

    key: str
    title: str
    level: int
    body: Tag

    def ids(self) -> set[str]:
        """Return what a link can lead to."""
        return {self.key} | {tag["id"] for tag in self.body.find_all(id=True)}


def listed(toc: Path) -> list[tuple[str, int]]:
    """Return the pages of a _toc.yml with their levels, in order, without the home page."""

    def below(entry: dict, level: int) -> Iterator[tuple[str, int]]:
        parts = [entry, *entry.get("parts", [])]
        for child in (c for p in parts for k in ("chapters", "sections") for c in p.get(k, [])):
            yield child["file"], level
            yield from below(child, level + 1)

    return list(below(yaml.safe_load(toc.read_text(encoding="utf-8")), 1))


def read(site: Path, pages: list[tuple[str, int]], stills: dict[str, bytes]) -> list[Chapter]:
    """Return the chapters, with the still pictures of components by their keys.

    Raises
    ------
    FileNotFoundError
        If the site lacks a page.
    """
    keys = {name: f"c{number:02d}" for number, (name, _) in enumerate(pages, 1)}
    chapters = []
    for name, level in pages:
        html = (site / f"{name}.html").read_text(encoding="utf-8")
        # What stands around the article is a third of the page, and parsing is slow.
        article = html[html.index("<article") : html.index("</article>") + len("</article>")]
        chapters.append(chapter(article, name, keys, level, stills))
    known = set().union(*(c.ids() for c in chapters))
    for found in chapters:
        lead_home(found, known)
    return chapters


def chapter(
    article: str, name: str, keys: dict[str, str], level: int, stills: dict[str, bytes]
) -> Chapter:
    """Return a page's article as a chapter."""
    article = re.sub(r"<script\b.*?</script>", "", article, flags=re.S)
    soup = BeautifulSoup(SPAN.sub(r"\1", article), "html.parser")
    body = soup.article
    key = keys[name]
    replace_components(body, stills)
    for tag in body.select(NOT_PRINTED):
        tag.decompose()
    for tag in body.select("[border], [valign]"):  # pandas' tables
        tag.attrs = {k: v for k, v in tag.attrs.items() if k not in ("border", "valign")}
    leave_out_drawing(body)
    prefix_ids(body, f"{key}-")
    # Of a notebook's folds all hold answers; on a page of prose they are asides.
    folds.gather(body, key) if name.startswith("notebooks/") else folds.open_up(body)
    localize(body, name, keys)
    title = body.h1.get_text().strip() if body.h1 else name
    body.name, body["class"] = "section", "chapter"
    body["id"] = key
    return Chapter(key, title, level, body)


def leave_out_drawing(body: Tag) -> None:
    """Leave out the code that the site hides: it draws the figure below it and explains nothing."""
    for cell in body.select(".cell.tag_hide-input"):
        for fold in cell.select("details.above-input"):
            fold.decompose()


def prefix_ids(body: Tag, prefix: str) -> None:
    """Put a prefix before all identifiers, and before what names them inside the same page."""
    for tag in body.find_all(True):
        if "id" in tag.attrs:
            tag["id"] = prefix + tag["id"]
        for name in ID_LISTS:
            if name in tag.attrs:
                words = tag[name] if isinstance(tag[name], list) else tag[name].split()
                tag[name] = " ".join(prefix + word for word in words)
    for svg in body.find_all("svg"):
        for tag in svg.find_all(True):
            for name, value in tag.attrs.items():
                if isinstance(value, str):
                    tag[name] = OWN.sub(rf"\1#{prefix}", value)


def localize(body: Tag, name: str, keys: dict[str, str]) -> None:
    """Let links name chapters by their keys, and pictures by their place in the site.

    A link inside the book becomes `#key` or `#key-fragment`; one to a file of the site that is
    no page of the book becomes plain text.
    """
    for tag in body.select("img[src]"):
        if not tag["src"].startswith("data:"):
            tag["src"] = beside(name, tag["src"])
    for tag in body.select("a[href]"):
        parts = urlsplit(tag["href"])
        if parts.scheme or parts.netloc:
            continue
        page = beside(name, parts.path) if parts.path else f"{name}.html"
        key = keys.get(page.removesuffix(".html"))
        if key is None:
            tag.unwrap()
        elif not tag["href"].startswith(f"#{key}-"):
            tag["href"] = f"#{key}-{unquote(parts.fragment)}" if parts.fragment else f"#{key}"


def beside(name: str, address: str) -> str:
    """Return the place in the site of what a page names by a relative address.

    >>> beside("notebooks/cnn/02-convolution", "../../_images/a.svg")
    '_images/a.svg'
    """
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(address)))


def lead_home(found: Chapter, known: set[str]) -> None:
    """Let links to what is not printed lead to the top of its chapter."""
    for tag in found.body.select("a[href^='#']"):
        if tag["href"][1:] not in known:
            tag["href"] = tag["href"].partition("-")[0]


def each_link(found: Chapter, change: Callable[[str], str]) -> None:
    """Replace the address of each link inside the book by what `change` makes of its target."""
    for tag in found.body.select("a[href^='#']"):
        tag["href"] = change(tag["href"][1:])
