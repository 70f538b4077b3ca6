"""Components on paper: the still pictures that they carry, and questions as text."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

from bs4 import Tag

from d2lutils.widgets.still import png_uri
from tools.press.folds import new

KEY = re.compile(r'data-d2l="(\w+)"')
TEXT_KINDS = ("d2l-predict", "d2l-quiz")
MOVES = "On the site this figure can be moved."


def from_cache(folder: Path) -> dict[str, bytes]:
    """Return the stills in a cache of executed notebooks, as PNG, by the keys of the components."""
    found = {}
    for path in sorted(folder.glob("executed/*/base.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                key = KEY.search("".join(data.get("text/html", "")))
                if key and "image/png" in data:
                    found[key[1]] = base64.b64decode("".join(data["image/png"]))
    return found


def replace_components(body: Tag, stills: dict[str, bytes]) -> None:
    """Replace components by figures of their stills; questions stay, as the text that they are."""
    for component in body.select(".d2l-component"):
        if set(TEXT_KINDS) & set(component["class"]):
            component["class"] = "d2l-asks"
            for line in component.select("p.d2l-answer, .d2l-foot"):
                line.decompose()
        else:
            component.replace_with(figure(component, stills))


def figure(component: Tag, stills: dict[str, bytes]) -> Tag:
    """Return a component as a figure: its still picture above its caption."""
    caption = component.select_one(".d2l-caption, .d2l-title")
    words = caption.get_text().strip() if caption else ""
    result = new("figure", **{"class": "still"})
    inside = component.select_one("img[src^='data:']")
    still = stills.get(component.get("data-d2l", ""))
    if still:
        source = png_uri(still)
    else:  # a page of prose runs no code that could have left one in the cache
        source = inside["src"] if inside else ""
    if source:
        alt = (inside.get("alt") if inside else "") or words or "A component"
        result.append(new("img", src=source, alt=alt))
    result.append(new("figcaption", f"{words} {MOVES}".strip()))
    return result
