"""The page of corrections: all sentences are there, each linked to the cells that show it."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from headings import ROOT, anchors, markdown

PAGE = ROOT / "notebooks" / "appendix" / "03-corrections.ipynb"
VERDICTS = ("Wrong", "Half true", "True")
ELSEWHERE = ("*Not run here:*", "*Only PyTorch's is run here:*")


def sections(path: Path) -> dict[str, tuple[str, str]]:
    """Return the text and the code below each heading of a notebook, by the heading's anchor."""
    found, here = {}, None
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            text, code = found.get(here, ("", ""))
            found[here] = text, code + cell.source + "\n"
            continue
        for part in re.split(r"^(?=#{1,3} )", cell.source, flags=re.MULTILINE):
            here = next(iter(anchors(part)), here)
            text, code = found.get(here, ("", ""))
            found[here] = text + part, code
    return found


def rows(text: str) -> list[tuple[str, str]]:
    """Return the cells of the rows of a table "Often said | What holds"."""
    return [row for row in re.findall(r"^\|(.+)\|(.+)\|$", text, re.M) if row[1].endswith(")")]


def links(text: str) -> list[tuple[str, str]]:
    """Return the notebook, as `part/page`, and the anchor of each link to a notebook."""
    return re.findall(r"\]\(\.\./([\w/-]+)\.ipynb#([^)]+)\)", text)


def verdict(holds: str) -> str:
    return re.match(r"\*\*([\w ]+)[:,]\*\*", holds).group(1)


GROUPS = {anchor: found for anchor, found in sections(PAGE).items() if rows(found[0])}
ROWS = [row for text, _ in GROUPS.values() for row in rows(text)]
CODE = "\n".join(code for _, code in sections(PAGE).values())


def test_all_43_sentences_are_there_once():
    assert len({said for said, _ in ROWS}) == len(ROWS) == 43


@pytest.mark.parametrize(("said", "holds"), ROWS, ids=[said for said, _ in ROWS])
def test_a_sentence_has_a_verdict_and_links_to_where_it_is_shown(said, holds):
    assert verdict(holds) in VERDICTS
    pages = [(ROOT / "notebooks" / f"{page}.ipynb", anchor) for page, anchor in links(holds)]
    assert len(pages) == holds.count("](")
    for path, anchor in pages:
        name = path.relative_to(ROOT).with_suffix("").as_posix()
        assert anchors(markdown(name)).count(anchor) == 1, anchor
    path, anchor = pages[-1]  # other links are asides
    text, code = sections(path)[anchor]
    assert "**Often said:**" in text and code


@pytest.mark.parametrize("anchor", GROUPS)
def test_a_group_settles_the_sentences_of_its_table(anchor):
    text, code = GROUPS[anchor]
    calls = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Call)]
    settled = [call for call in calls if getattr(call.func, "id", None) == "settle"]
    here = [holds for _, holds in rows(text) if ELSEWHERE[0] not in holds]
    assert len(settled) >= len(here) > 0
    # What settles nothing would pass whatever was measured.
    assert not any(isinstance(call.args[1], ast.Constant) for call in settled)


def test_the_page_counts_its_sentences_right():
    counts = [
        tuple(sum(verdict(holds) == v for _, holds in rows(text)) for v in VERDICTS)
        for text, _ in GROUPS.values()
    ]
    drawn = ast.literal_eval(re.search(r"^verdicts = (\{.*?\})", CODE, re.M | re.S).group(1))
    assert [*drawn.values()] == counts
    wrong, half, true = map(sum, zip(*counts))
    choices, answer = re.search(r"choices=(\[.*?\]), answer=(\d)", CODE).groups()
    assert ast.literal_eval(choices)[int(answer)] == str(wrong)
    assert f"{true} are true but easily misread, and {half} half true" in CODE
    here = [holds for _, holds in ROWS if not any(mark in holds for mark in ELSEWHERE)]
    assert f"settle {len(here)} of them" in markdown("notebooks/appendix/03-corrections")
