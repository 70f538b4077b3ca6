"""TheBet in Python: what travels, what stays hidden, what it refuses."""

import itertools
import json
import re

import numpy as np
import pytest
from samples import EVIL

from d2lutils.widgets import TheBet

NAMES = ["decay", "dropout", "stopping"]
GAINS = [0.01, 0.02, 0.04]


def gave(chosen, seeds=3, epochs=4):
    """Validation accuracy 0.5 + its gains at the end; a seed has 0.001 more than the one before."""
    end = 0.5 + sum(gain for gain, on in zip(GAINS, chosen) if on)
    accuracy = end + np.arange(seeds)[:, None] / 1000 - np.linspace(0.3, 0, epochs)
    return {"valid accuracy": accuracy, "valid loss": 1 - accuracy,
            "test accuracy": accuracy[:, -1] - 0.1, "test loss": 1.1 - accuracy[:, -1]}


def runs(**change):
    return {chosen: gave(chosen, **change) for chosen in itertools.product((False, True), repeat=3)}


def data_of(component):
    return json.loads(re.search(r"^mount\(.*?, component, (.*)\);$", component.html(), re.M)[1])


def test_a_combinations_number_has_a_bit_a_remedy():
    data = data_of(TheBet(NAMES, runs()))
    ends = [0.501 + sum(gain for i, gain in enumerate(GAINS) if mask >> i & 1) for mask in range(8)]
    assert [accuracy for accuracy, _ in data["valid"]] == pytest.approx(ends)
    assert [loss for _, loss in data["valid"]] == pytest.approx([1 - end for end in ends])
    assert [np.mean(one[0]) for one in data["test"]] == pytest.approx([end - 0.1 for end in ends])
    assert [np.mean(one[1]) for one in data["test"]] == pytest.approx([1.1 - end for end in ends])


def test_curves_are_mean_lowest_and_highest():
    data = data_of(TheBet(NAMES, runs()))
    mean, low, high = data["curves"]["accuracy"][5]
    curves = gave((True, False, True))["valid accuracy"]
    for sent, wanted in ((mean, curves.mean(0)), (low, curves.min(0)), (high, curves.max(0))):
        assert np.array(sent) / data["scales"]["accuracy"] == pytest.approx(wanted, abs=1e-4)
    low, high = data["ylim"]["accuracy"]
    assert low < 0.5 and high > 0.572  # where the worst and the best combination end


def test_the_test_accuracies_are_paired_by_seed():
    data = data_of(TheBet(NAMES, runs()))
    assert data["test"][1][0] == pytest.approx([0.41, 0.411, 0.412])


def test_the_still_gives_nothing_away():
    component = TheBet(NAMES, runs())
    assert not re.search(r"0\.\d", re.sub(r"<[^>]*>", " ", component.still_html()))
    assert "of the plain network" in component.still_html()
    assert repr(component) == "TheBet(decay, dropout, stopping: 8 combinations, 3 seeds)"


def changed(**parts):
    """The runs with something else at dropout alone."""
    return {**runs(), (False, True, False): {**gave((False, True, False)), **parts}}


@pytest.mark.parametrize("change, words", [
    ({"remedies": ["a"]}, "remedies must hold 2 or more different strings"),
    ({"remedies": ["a", "a"]}, "remedies must hold 2 or more different strings"),
    ({"remedies": "abc"}, "remedies must be a list of strings"),
    ({"remedies": list("abcdefg")}, "remedies must be at most 6, got 7"),
    ({"remedies": list("abcd")}, "every combination, got none of (False, False, False, False)"),
    ({"runs": {k: v for k, v in runs().items() if k != (True, False, True)}},
     "every combination, got none of (True, False, True)"),
    ({"runs": {**runs(), (True, True, True): {"valid loss": [1]}}}, "must have 'valid accuracy'"),
    ({"runs": changed(**{"test loss": [1.0, np.nan, 1.0]})}, "(False, True, False) must be finite"),
    ({"runs": changed(**{"test loss": [1.0, 1.0]})}, "alike for all and 2 or more of each, got (2,)"),
    ({"runs": changed(**{"valid loss": np.ones((3, 5))})}, "alike for all"),
    ({"runs": runs(seeds=1)}, "2 or more of each, got (1, 4)"),
    ({"runs": runs(epochs=1)}, "2 or more of each, got (3, 1)"),
    ({"num_test": 0}, "num_test must be an integer of at least 1"),
])
def test_what_makes_no_bet_is_refused(change, words):
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        TheBet(**{"remedies": NAMES, "runs": runs(), **change})


def test_no_text_becomes_markup():
    component = TheBet([EVIL, "b", "c"], runs(), caption=EVIL)
    html = component.html()
    assert html.count("</script") == 1 and html.count("<script") == 1
    assert "<img src=x" not in html and "<!--" not in html
    shown = component._repr_mimebundle_()
    assert set(shown) == {"text/html", "image/png", "text/plain"}
    assert len(shown["image/png"]) < 60_000
    assert html == TheBet([EVIL, "b", "c"], runs(), caption=EVIL).html()
