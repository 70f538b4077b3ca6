"""BeamTree in Python: the chances it carries, its still picture's search, and what it refuses."""

import json
import math
import re

import pytest
import torch
from samples import CHANCES, EVIL, WORDS, table_step

import d2lutils as d2l
from d2lutils.widgets import BeamTree
from d2lutils.widgets.beamtree import search_tree


def tree(step=table_step, words=WORDS, end=3, max_len=4, **options):
    return BeamTree(step, None, None, words, end, max_len, **options)


def data_of(component):
    return json.loads(re.search(r"^mount\(.*?, component, (.*)\);$", component.html(), re.M)[1])


def test_the_page_carries_the_chances_after_every_beginning():
    chances = data_of(tree())["chances"]
    assert len(chances) == 1 + 3 + 9 + 27
    assert chances[""] == CHANCES[None] and chances["0 2 1"] == CHANCES[1]
    assert not any("3" in beginning.split() for beginning in chances)


def test_the_chances_of_a_state_go_along_its_own_branch():
    def step(state, token):
        state = (*state, token)
        return torch.softmax(torch.arange(3.0) * len(state) * (state.count(1) - 1), 0).log(), state
    chances = BeamTree(step, (), 0, ["a", "b", "."], 2, 3).chances
    for beginning, values in chances.items():
        state = (0, *map(int, beginning.split()))
        scores = torch.arange(3.0) * len(state) * (state.count(1) - 1)
        assert values == pytest.approx(scores.softmax(0).tolist(), abs=1e-6)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_the_picture_keeps_what_beam_search_keeps(width):
    levels, complete = search_tree(tree().chances, 3, 4, width)
    assert all(sum(node["kept"] for node in level) <= width for level in levels)
    found = d2l.beam_search(table_step, None, None, 3, width, 4)
    best = max(complete, key=lambda node: node["chance"])
    assert tuple(best["tokens"]) == found[0].tokens
    assert best["chance"] == pytest.approx(math.exp(found[0].log_prob))
    assert {h.tokens for h in found} <= {tuple(node["tokens"]) for node in complete}


def test_it_says_what_it_finds():
    assert repr(tree(width=3)) == (
        "BeamTree(width 3, alpha 0, 4 words, 4 steps: sleep . with probability 0.21)")
    assert "old dogs sleep . with probability 0.11" in repr(tree(width=3, alpha=1))


@pytest.mark.parametrize("change, error, words", [
    ({"width": 5}, ValueError, "width must be one of 1, 2, 3, 4, got 5"),
    ({"alpha": 0.3}, ValueError, "alpha must be one of 0, 0.25"),
    ({"alpha": "1"}, TypeError, "alpha must be a number, got '1'"),
    ({"end": 4}, ValueError, "end must be one of 0, 1, 2, 3, got 4"),
    ({"max_len": 1}, ValueError, "max_len must be an integer of at least 2, got 1"),
    ({"max_len": 5}, ValueError, "max_len must be at most 4 to fit on a phone, got 5"),
    ({"words": ["a", "b", "."], "end": 2}, ValueError, "as many as the tokens of the model, 4"),
    ({"words": ["old", "dogs", "elephant", "."]}, ValueError, "at most 6 letters each"),
    ({"words": list("abcdefg")}, ValueError, "words must be at most 5"),
])
def test_what_makes_no_tree_is_refused(change, error, words):
    with pytest.raises(error, match=re.escape(words)):
        tree(**change)


def test_no_text_becomes_markup_and_the_picture_is_small():
    made = tree(words=["</b>", "<!--", "$x_1$", "."], caption=EVIL)
    html = made.html()
    assert html.count("</script") == 1 and html.count("<script") == 1
    assert "<img src=x" not in html and "<!--" not in html
    assert set(made._repr_mimebundle_()) == {"text/html", "image/png", "text/plain"}
    assert len(made.still_png()) < 40_000
    outside = html.replace('"http://www.w3.org/2000/svg"', "")
    assert "http" not in outside and "import " not in outside
