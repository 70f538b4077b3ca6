"""Chapters as XHTML, which an EPUB asks for: well-formed, and in the namespaces of XML."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET

from bs4 import Tag

NAMESPACES = {
    "math": "http://www.w3.org/1998/Math/MathML",
    "svg": "http://www.w3.org/2000/svg",
}
# Names in SVG whose case HTML does not keep.
SVG_NAMES = """viewBox preserveAspectRatio markerWidth markerHeight markerUnits refX refY
gradientUnits gradientTransform patternUnits patternTransform clipPathUnits textLength lengthAdjust
pathLength stdDeviation linearGradient radialGradient clipPath textPath foreignObject""".split()
CASE = {name.lower(): name for name in SVG_NAMES}
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PAGE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" \
lang="en" xml:lang="en">
<head><meta charset="utf-8"/><title>{title}</title>
<link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>{body}</body>
</html>
"""


def adapt(body: Tag) -> None:
    """Write a chapter's elements as XHTML has them, in place."""
    for name, namespace in NAMESPACES.items():
        for tag in body.find_all(name):
            tag["xmlns"] = namespace
    for svg in body.find_all("svg"):
        for tag in [svg, *svg.find_all(True)]:
            tag.name = CASE.get(tag.name, tag.name)
            tag.attrs = {CASE.get(name, name): value for name, value in tag.attrs.items()}
    for tag in body.select("[style*='var(']"):
        del tag["style"]  # colors of the site's theme
    for tag in body.select("p:has(> ul, > ol, > dl, > div)"):
        tag.name = "div"


def picture(svg: bytes) -> bytes:
    """Return a picture of Matplotlib without what no reader of an EPUB takes: type and metadata.

    Examples
    --------
    >>> picture(b'<!DOCTYPE svg PUBLIC "a" "b"><svg><metadata>x</metadata><path id="a"/></svg>')
    b'<svg><path d="" id="a"/></svg>'
    """
    svg = re.sub(rb"<!DOCTYPE[^>]*>\s*|<metadata>.*?</metadata>\s*", b"", svg, flags=re.S)
    return re.sub(rb"<path(?![^>]*\sd=)", b'<path d=""', svg)


def page(title: str, body: str) -> str:
    """Return a page of XHTML.

    Raises
    ------
    ValueError
        If it is not well-formed.

    Examples
    --------
    >>> "<p>1 &lt; 2</p>" in page("A & B", "<p>1 &lt; 2</p>")
    True
    """
    text = NOT_XML.sub("", PAGE.format(title=html.escape(title), body=body))
    try:
        ET.fromstring(text)
    except ET.ParseError as error:
        raise ValueError(str(error)) from None
    return text
