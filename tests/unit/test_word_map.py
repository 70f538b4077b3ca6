"""WordMap in Python: the nearest by all numbers, places by two, and what it refuses."""

import json
import re

import pytest
import torch
from samples import EVIL
from torch.nn import functional as F

from d2lutils.widgets import WordMap

WORDS = [f"w{i}" for i in range(40)]
VECTORS = torch.randn(40, 10, generator=torch.Generator().manual_seed(0))


def data_of(component):
    return json.loads(re.search(r"^mount\(.*?, component, (.*)\);$", component.html(), re.M)[1])


def test_the_list_holds_the_nearest_by_cosine_and_not_the_word_itself():
    data = data_of(WordMap(WORDS, {"mine": VECTORS}, range(40)))["maps"][0]
    for word in range(40):
        cosines = F.cosine_similarity(VECTORS[word], VECTORS)
        cosines[word] = -2
        assert data["near"][word] == cosines.argsort(descending=True)[:8].tolist()
        largest = sorted(cosines.tolist(), reverse=True)[:8]
        assert data["cosines"][word] == pytest.approx([100 * c for c in largest], abs=0.51)


def test_places_are_the_two_directions_of_most_variance():
    flat = torch.randn(40, 10, generator=torch.Generator().manual_seed(1)) * 0.01
    flat[:, 3] += torch.linspace(-2, 2, 40)
    flat[:, 7] += 1  # all the same: no direction in which they differ
    data = data_of(WordMap(WORDS, {"flat": flat}, range(40)))["maps"][0]
    across = [x for x, _ in data["at"]]
    assert across in (sorted(across), sorted(across, reverse=True))
    assert data["kept"] > 0.9 and max(data["size"]) == 1000
    scaled = data_of(WordMap(WORDS, {"flat": flat * 7}, range(40)))["maps"][0]
    assert scaled == data


def test_few_words_have_few_neighbors():
    made = WordMap(["a", "b", "c"], {"x": torch.eye(3)}, [1, 2, 3], start="b")
    assert data_of(made)["start"] == 1
    assert {word for word, _ in made.nearest()} == {"a", "c"}
    assert repr(made).startswith("WordMap('b': nearest x are ")


@pytest.mark.parametrize("change, words", [
    ({"words": ["a"]}, "words must be 2 or more different ones, got ['a']"),
    ({"words": ["a", "a", "b"]}, "words must be 2 or more different ones"),
    ({"vectors": {}}, "vectors must hold one table or more, got none"),
    ({"vectors": {"x": torch.eye(2)}}, "vectors 'x' must have the shape (3, 2 or more), "
                                       "got (2, 2)"),
    ({"vectors": {"x": torch.full((3, 2), torch.nan)}}, "vectors 'x' must be finite"),
    ({"counts": [1, 2]}, "counts must be 3, one a word, got 2"),
    ({"counts": [1, 2, -1]}, "a count must be an integer of at least 0, got -1"),
    ({"start": "d"}, "start must be one of 'a', 'b', 'c', got 'd'"),
])
def test_what_makes_no_map_is_refused(change, words):
    given = {"words": ["a", "b", "c"], "vectors": {"x": torch.eye(3)}, "counts": [1, 2, 3],
             **change}
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        WordMap(**given)


def test_no_text_becomes_markup():
    made = WordMap([EVIL, "b", "c"], {EVIL: torch.eye(3)}, [1, 2, 3], caption=EVIL)
    html = made.html()
    assert html.count("</script") == 1 and html.count("<script") == 1
    assert "<img src=x" not in html and "<!--" not in html
    shown = made._repr_mimebundle_()
    assert set(shown) == {"text/html", "image/png", "text/plain"}
    assert len(shown["image/png"]) < 60_000 and html == made.html()
