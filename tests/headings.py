"""The headings of the book's pages, read from their sources: what a link can lead to."""

import json
import re
from pathlib import Path

import pytest

make_id = pytest.importorskip("docutils.nodes", reason="needs the extra 'book'").make_id

ROOT = Path(__file__).parents[1]


def markdown(page):
    """Return the text of a page: of a notebook its Markdown cells."""
    path = ROOT / f"{page}.ipynb"
    if not path.exists():
        return (ROOT / f"{page}.md").read_text("utf-8")
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def anchors(text):
    """Return the ids that the headings of a text get in the address of its page.

    They are those of docutils, which myst_heading_anchors gives to three levels.

    >>> anchors("# Title (题目)\\n## 1. `eval()`, again\\n```\\n# no heading\\n```\\n#### Deep")
    ['title', 'eval-again']
    """
    text = re.sub(r"^(`{3,}|~{3,}|:{3,}).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#{1,3} (.+)$", text, re.MULTILINE)
    return [make_id(re.sub(r"[`*]|\]\(.*?\)", "", heading)) for heading in headings]
