"""Where a PDF's links lead: the number of the page of each named destination.

This reads what Chromium writes, a classic file with a table of all objects at its end, and no other
kind (ISO 32000-1, sections 7.5.4 and 12.3.2.3).
"""

from __future__ import annotations

import re

LINK = re.compile(rb"/([^\s/\[\]<>()]+) \[(\d+) 0 R /XYZ")


def offsets(pdf: bytes) -> list[int]:
    """Return where each object of the file starts, by the objects' numbers.

    Raises
    ------
    ValueError
        If the file has no table of its objects.
    """
    last = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", pdf[-100:])
    head = last and re.match(rb"xref\s+0 (\d+)\s+", pdf[int(last[1]) : int(last[1]) + 50])
    if not head:
        raise ValueError("the file has no table of objects: it was not written by Chromium")
    start = int(last[1]) + head.end()
    rows = pdf[start : start + 20 * int(head[1])]
    return [int(rows[at : at + 10]) for at in range(0, len(rows), 20)]


def page_numbers(pdf: bytes) -> list[int]:
    """Return the object numbers of the pages, in order."""
    starts = offsets(pdf)

    def read(number: int) -> bytes:
        return pdf[starts[number] : pdf.index(b"endobj", starts[number])]

    def below(number: int) -> list[int]:
        kids = re.search(rb"/Kids \[([^\]]*)\]", read(number))
        if kids is None:
            return [number]
        return [page for kid in re.findall(rb"(\d+) 0 R", kids[1]) for page in below(int(kid))]

    return below(reference(pdf, b"Pages"))


def destinations(pdf: bytes) -> dict[str, int]:
    """Return the page, counted from 1, of each named destination."""
    starts, pages = offsets(pdf), page_numbers(pdf)
    place = {number: count for count, number in enumerate(pages, 1)}
    start = starts[reference(pdf, b"Dests")]
    names = LINK.findall(pdf[start : pdf.index(b"endobj", start)])
    return {unescape(name): place[int(number)] for name, number in names}


def reference(pdf: bytes, name: bytes) -> int:
    """Return the number of the object that the file's catalog gives this name."""
    root = re.search(rb"/Root (\d+) 0 R", pdf[pdf.rindex(b"trailer") :])
    start = offsets(pdf)[int(root[1])]
    found = re.search(rb"/" + name + rb" (\d+) 0 R", pdf[start : pdf.index(b"endobj", start)])
    if found is None:
        raise ValueError(f"the file has no {name.decode()}")
    return int(found[1])


def unescape(name: bytes) -> str:
    """Return a name as it was before it became a PDF name.

    >>> unescape(b"c01-a#2fb")
    'c01-a/b'
    """
    raw = re.sub(rb"#([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), name)
    return raw.decode("utf-8", "replace")
