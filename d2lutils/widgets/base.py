"""What every component is: HTML that carries its own script, a still picture, and a line of text.

A component shows itself in three ways and a front end takes the richest it knows: ``text/html``
works on a static page, in Jupyter, VS Code and Colab, with no kernel, no widget manager and no
network; ``image/png`` stands in for it in PDF; ``text/plain`` in a terminal.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import lru_cache
from html import escape
from importlib.resources import files

__all__: list[str] = []

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)


@lru_cache(maxsize=None)
def bundle(name: str) -> str:
    """Return the ES module `name` of this folder with everything that it imports, as one module.

    The modules keep to a form that needs no parser: an import is one line,
    ``import { a, b } from "./kit.js";``; an export is the word ``export`` at the start of a
    declaration; a comment line starts with ``//`` or ``/**``; no string spans lines; and no
    two modules declare the same name, since all share one scope. What comes back ends with
    ``export default { render };``, so it is also what an anywidget takes as its ``_esm``.
    """
    return "\n".join(_modules(name, seen=set()))


def _modules(name: str, seen: set[str]) -> list[str]:
    """Return the sources that `name` needs, each once, the needed before those that need it."""
    if name in seen:
        return []
    seen.add(name)
    source = files(__package__).joinpath(name).read_text(encoding="utf-8")
    needed = [text for other in _IMPORT.findall(source) for text in _modules(other, seen)]
    source = re.sub(r"^export (?!default)", "", _IMPORT.sub("", source), flags=re.MULTILINE)
    source = re.sub(r"^ */\*\*.*?\*/\n", "", source, flags=re.MULTILINE | re.DOTALL)
    lines = (line.strip() for line in source.splitlines())
    return [*needed, "\n".join(line for line in lines if line and not line.startswith("//"))]


@lru_cache(maxsize=None)
def style(name: str = "kit") -> str:
    """Return a style sheet without comments and line breaks, "" where there is no such file.

    kit.css is every component's; what one kind alone needs is in a file of its own, such as
    kernel.css beside kernel.js, since a page carries a copy for each of its components.
    """
    sheet = files(__package__).joinpath(f"{name}.css")
    css = sheet.read_text(encoding="utf-8") if sheet.is_file() else ""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", css)).strip()


def to_json(data: object) -> str:
    """Return `data` as JSON that may stand inside a script element.

    No text in it can end the script or start a comment, since every ``<`` is escaped; U+2028
    and U+2029, which some parsers take for line ends, are escaped too.

    Examples
    --------
    >>> to_json({"label": "</script>"})
    '{"label":"\\\\u003c/script>"}'
    """
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def payload_key(payload: object) -> str:
    """Return the name by which a script asks for data: their hash."""
    return hashlib.sha256(to_json(payload).encode()).hexdigest()[:16]


class Component:
    """Base class. A subclass names its `script` and writes the four methods below.

    `script` is a file of this folder that ends with ``export default { render };``, where
    ``render({ model, el })`` fills the container `el` from ``model.get(name)``: the shape of
    an anywidget.
    """

    script: str

    def state(self) -> dict:
        """Return what the script reads through ``model.get``, ready for JSON."""
        raise NotImplementedError

    def still_html(self) -> str:
        """Return what stands in the container until the script runs, in the script's own layout.

        Text that came from outside has to be escaped.
        """
        raise NotImplementedError

    def still_png(self) -> bytes:
        """Return the picture for PDF."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """Return the one line for a terminal."""
        raise NotImplementedError

    def payloads(self) -> list[object]:
        """Return data for JSON that the script reads only when it needs them, with loadPayload.

        They stand in the page apart, each under its `payload_key`; a build of the site moves
        large ones into files beside it.
        """
        return []

    def html(self) -> str:
        """Return the component as HTML that needs nothing from anywhere else.

        The container is found by a key, the hash of script and data, because a module script
        cannot ask where it stands. A script takes only containers that none has taken yet, so
        the same component twice on a page, or a cell run again, is no trouble.
        """
        kind = self.script.removesuffix(".js")
        script = bundle(self.script).replace("export default", "const component =")
        data = to_json(self.state())
        key = hashlib.sha256((script + data).encode()).hexdigest()[:12]
        sheets = "".join(
            f'<style class="d2l-style" data-name="{name}">{css}</style>'
            for name in ("kit", kind) if (css := style(name))
        )
        held = "".join(
            f'<script type="text/plain" class="d2l-payload" data-key="{payload_key(payload)}">'
            f"{to_json(payload)}</script>\n"
            for payload in self.payloads()
        )
        return (
            f"{sheets}\n{held}"
            f'<div class="d2l-component d2l-{kind}" data-d2l="{key}">{self.still_html()}</div>\n'
            f'<script type="module">\n{script}\nmount("{key}", component, {data});\n</script>'
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {
            "text/html": self.html(),
            "image/png": base64.b64encode(self.still_png()).decode(),
            "text/plain": repr(self),
        }


def paragraph(text: str, name: str) -> str:
    """Return a paragraph of the class ``d2l-<name>``, or nothing where there is no text."""
    return f'<p class="d2l-{name}">{escape(text)}</p>' if text else ""
