"""The whole book as one EPUB 3 (https://www.w3.org/TR/epub-33/): XHTML, MathML, no script.

A page of the book is a file of it, which a reading device can turn to without loading the rest.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import uuid
import zipfile
from pathlib import Path

from tools.press import cover, xhtml
from tools.press.book import SUBTITLE, Book
from tools.press.chapters import Chapter, each_link
from tools.press.printer import CannotPrint

KINDS = {
    ".xhtml": "application/xhtml+xml",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".css": "text/css",
    ".woff2": "font/woff2",
}
CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>
"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{id}</dc:identifier><dc:title>{title}</dc:title>
<dc:language>en</dc:language><dc:rights>{rights}</dc:rights><dc:source>{source}</dc:source>
<meta property="dcterms:modified">{day}T00:00:00Z</meta>
</metadata>
<manifest>
{manifest}
</manifest>
<spine>
{spine}
</spine>
</package>
"""
ALWAYS = (1980, 1, 1, 0, 0, 0)  # the date of all files inside, so that equal books are equal files


def make(book: Book, cache: Path, folder: Path) -> bytes:
    """Return the EPUB; `folder` is not needed.

    Raises
    ------
    CannotPrint
        If a chapter cannot be written as XHTML.
    """
    chapters = book.read(cache)
    files: dict[str, bytes] = {}
    for found in chapters:
        each_link(found, address)
        carry_pictures(found, book.site, files)
        xhtml.adapt(found.body)
    files["cover.png"] = cover.draw(book.title, SUBTITLE, "png")
    files["style.css"] = book.style("press.css", "screen.css").encode()
    files["math.woff2"] = (book.site / "_static" / "math.woff2").read_bytes()
    about = "".join(f"<p>{html.escape(text)}</p>" for text in book.about())
    pages = {
        "cover": ("Cover", '<div class="cover"><img src="cover.png" alt="Cover"/></div>'),
        "about": ("About this edition", f"<h1>About this edition</h1>{about}"),
        "nav": ("Contents", contents(chapters)),
    }
    pages |= {found.key: (found.title, str(found.body)) for found in chapters}
    for name, (head, body) in pages.items():
        try:
            files[f"{name}.xhtml"] = xhtml.page(head, body).encode()
        except ValueError as error:
            raise CannotPrint(f"{head} cannot be written as XHTML: {error}") from None
    files["package.opf"] = package(book, list(pages), files).encode()
    return packed(files)


def address(target: str) -> str:
    """Return the address of a place in the book.

    >>> address("c07-answers"), address("c07")
    ('c07.xhtml#c07-answers', 'c07.xhtml')
    """
    key, dash, _ = target.partition("-")
    return f"{key}.xhtml#{target}" if dash else f"{key}.xhtml"


def carry_pictures(found: Chapter, site: Path, files: dict[str, bytes]) -> None:
    """Put the pictures of a chapter among the files, those inside its text included."""
    for picture in found.body.select("img[src]"):
        source = picture["src"]
        if source.startswith("data:"):
            head, _, data = source.partition(",")
            content = base64.b64decode(data)
            ending = head.removeprefix("data:image/").partition(";")[0].partition("+")[0]
            name = f"images/{hashlib.sha256(content).hexdigest()[:16]}.{ending}"
        else:
            content = (site / source).read_bytes()
            name = f"images/{Path(source).name}"
        files[name] = xhtml.picture(content) if name.endswith(".svg") else content
        picture["src"] = name
        picture.attrs.setdefault("alt", "")


def contents(chapters: list[Chapter]) -> str:
    """Return the table of contents, nested as the book is.

    An entry is closed when one of its own level or above follows. A list may begin at any level,
    since a book of a few pages lacks what is above them.
    """
    lines: list[str] = []
    levels: list[int] = []  # of the lists that are open
    for found in chapters:
        while len(levels) > 1 and levels[-1] > found.level:
            lines.append("</li></ol>")
            levels.pop()
        if levels and levels[-1] >= found.level:
            lines.append("</li>")
        else:
            lines.append("<ol>")
            levels.append(found.level)
        lines.append(f'<li><a href="{found.key}.xhtml">{html.escape(found.title)}</a>')
    lines.append("</li></ol>" * len(levels))
    return f'<nav epub:type="toc" id="toc"><h1>Contents</h1>{"".join(lines)}</nav>'


def package(book: Book, pages: list[str], files: dict[str, bytes]) -> str:
    """Return the package document: what the book is, its files, and their order."""
    rows = []
    for number, (name, content) in enumerate(files.items()):
        path = Path(name)
        properties = {"cover.png": ["cover-image"], "nav.xhtml": ["nav"]}.get(name, [])
        if path.suffix == ".xhtml":
            properties += [kind for kind in ("mathml", "svg") if holds(content, kind)]
        said = f' properties="{" ".join(properties)}"' if properties else ""
        key = path.stem if name.removesuffix(".xhtml") in pages else f"f{number}"
        rows.append(f'<item id="{key}" href="{name}" media-type="{KINDS[path.suffix]}"{said}/>')
    return PACKAGE.format(
        id=uuid.uuid5(uuid.NAMESPACE_URL, book.source),
        title=html.escape(book.title),
        rights=html.escape(book.rights),
        source=html.escape(book.source),
        day=book.made.isoformat(),
        manifest="\n".join(rows),
        spine="\n".join(f'<itemref idref="{name}"/>' for name in pages),
    )


def holds(content: bytes, kind: str) -> bool:
    """Say whether a page holds MathML, or SVG of its own."""
    return {"mathml": b"<math ", "svg": b"<svg "}[kind] in content


def packed(files: dict[str, bytes]) -> bytes:
    """Return the files as an archive whose first one, not compressed, says that it is an EPUB."""
    buffer = io.BytesIO()
    whole = {"mimetype": b"application/epub+zip", "META-INF/container.xml": CONTAINER.encode()}
    whole |= {f"EPUB/{name}": content for name, content in files.items()}
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in whole.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, ALWAYS), content, kind, 9)
    return buffer.getvalue()
