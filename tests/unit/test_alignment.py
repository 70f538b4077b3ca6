"""Alignment in Python: what it carries into the page, and what it refuses."""

import json
import re

import pytest
import torch

from d2lutils.widgets import Alignment

EVIL = "</script><img_src=x_onerror=alert(1)><!--$x_1$\\&\"'"


def data_of(component):
    return json.loads(re.search(r"^mount\(.*?, component, (.*)\);$", component.html(), re.M)[1])


def test_words_and_weights_reach_the_page():
    weights = torch.tensor([[0.25, 0.75, 0], [0, 0.123456, 0.876544]])
    data = data_of(Alignment([("one two three", "un deux", weights)], caption="Look."))
    example, = data["examples"]
    assert (example["source"], example["output"]) == (["one", "two", "three"], ["un", "deux"])
    assert example["weights"] == [[0.25, 0.75, 0], [0, 0.1235, 0.8765]]
    assert data["caption"] == "Look."


@pytest.mark.parametrize("examples, words", [
    ([], "examples must hold at least one sentence, got none"),
    ([("a b", "c", torch.eye(2))], "weights must have the shape (1, 2)"),
    ([("a b", "c d", torch.ones(2, 2))], "sum to 1 in each row, got the sums [2.0, 2.0]"),
    ([("a b", "c", torch.tensor([[1.5, -0.5]]))], "weights must be at least 0"),
    ([("", "c", torch.ones(1, 1))], "source must have 1 to 12 words, got 0"),
    ([("a", "b " * 13, torch.ones(13, 1))], "output must have 1 to 12 words, got 13"),
])
def test_what_is_no_alignment_is_refused(examples, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        Alignment(examples)


def test_no_text_becomes_markup_and_the_picture_is_small():
    made = Alignment([(EVIL, EVIL, torch.ones(1, 1))] * 2, caption=EVIL)
    html = made.html()
    assert html.count("</script") == 1 and html.count("<script") == 1
    assert "<img" not in html and "<!--" not in html
    assert set(made._repr_mimebundle_()) == {"text/html", "image/png", "text/plain"}
    assert len(made.still_png()) < 40_000
