"""The map of the notes: no line of the notes is missing, and every link leads to a heading."""

import sys
import tomllib

import pytest
from headings import ROOT, anchors, markdown

build = pytest.importorskip("tools.build", reason="needs the extra 'book'")
sys.path.insert(0, str(ROOT / "book" / "_ext"))
from places import split  # noqa: E402

# How many lines each file of the notes has, A to E, and how many corrections, X.
LINES = {"A": 22, "B": 33, "C": 17, "D": 52, "E": 14, "X": 43}
MAP = tomllib.loads((ROOT / "book" / "map-of-the-notes.toml").read_text("utf-8"))
ROWS = [(part, key, row) for part, rows in MAP.items() for key, row in rows.items()]
PLACES = sorted({place for _, _, row in ROWS for place in row["where"]})


def test_every_line_of_the_notes_stands_in_the_map_once():
    every = [f"{letter}{k:02}" for letter, last in LINES.items() for k in range(1, last + 1)]
    assert sorted(key for _, key, _ in ROWS) == every


@pytest.mark.parametrize(("part", "key", "row"), ROWS, ids=[key for _, key, _ in ROWS])
def test_a_row_has_its_words_and_places(part, key, row):
    words = {"says", "holds"} if key.startswith("X") else {"topic", "says"}
    assert set(row) == words | {"where"}
    assert all(row[word].strip() == row[word] != "" for word in words)
    assert (part == "corrections") == key.startswith("X")
    assert len(row["where"]) == len(set(row["where"])) > 0


@pytest.mark.parametrize("place", PLACES)
def test_every_place_is_a_heading_of_a_page_of_the_book(place):
    page, anchor = split(place)
    assert page in build.documents(ROOT)
    assert not anchor or anchors(markdown(page)).count(anchor) == 1


def test_the_page_shows_every_part():
    page = (ROOT / "book" / "map-of-the-notes.md").read_text("utf-8")
    assert [part for part in MAP if f"```{{notes}} {part}\n" not in page] == []
