"""TwelveRuns in Python: what is exact, what travels, what stays hidden, what it refuses."""

import itertools
import json
import re

import numpy as np
import pytest
from samples import EVIL

from d2lutils.records import Record, Run, settings
from d2lutils.widgets import TwelveRuns
from d2lutils.widgets.twelve_runs import best_of

AXES = {"lr": [0.01, 0.1, 1.0], "batch_size": [16, 64], "momentum": [0.0, 0.9]}


def accuracy(lr, batch_size, momentum):
    return 0.1 if lr == 1 else 0.5 + lr + momentum / 10 - batch_size / 1000


def record(axes=AXES, leave_out=None, seeds=3):
    runs = [
        Run(s, seed, {"valid accuracy": [0.1, accuracy(**s) + seed / 100],
                      "test accuracy": [0.1, accuracy(**s) - 0.02]}, 1)
        for s in settings(axes) for seed in range(seeds) if (s, seed) != leave_out
    ]
    return Record.now("optimization/00-grid", "", axes, seeds, runs, "")


def data_of(component):
    return json.loads(re.search(r"^mount\(.*?, component, (.*)\);$", component.html(), re.M)[1])


@pytest.mark.parametrize("values", [[0.1, 0.4, 0.2, 0.9, 0.3], [0.1, 0.1, 0.7, 0.7, 0.7, 0.8]])
def test_the_best_of_random_draws_is_that_of_all_ways_to_draw(values):
    for draws in range(1, len(values) + 1):
        best = [max(chosen) for chosen in itertools.combinations(values, draws)]
        low, high = np.quantile(best, [0.1, 0.9], method="inverted_cdf")
        assert best_of(values, draws) == pytest.approx((np.mean(best), low, high))


def test_what_is_on_sale_are_the_first_seeds_runs():
    data = data_of(TwelveRuns(record(), budget=3))
    grid = [accuracy(**s) for s in settings(AXES)]
    assert [curve[-1] for curve in data["curves"]] == pytest.approx(grid, abs=1e-3)
    assert data["others"] == pytest.approx([a + 0.015 for a in grid], abs=1e-3)
    assert data["test"] == pytest.approx([a - 0.02 for a in grid], abs=1e-3)
    assert data["random"] == [pytest.approx(best_of(grid, k), abs=1e-3) for k in (1, 2, 3)]
    assert [axis["name"] for axis in data["axes"]] == ["lr", "batch size", "momentum"]


def test_with_one_seed_there_is_nothing_to_compare_luck_with():
    data = data_of(TwelveRuns(record(seeds=1), budget=3))
    assert data["seeds"] == 1 and set(data["others"]) == {None}


def test_a_rivals_best_is_carried_on_and_starts_where_it_has_one():
    one, other = ({"lr": lr, "batch_size": 16, "momentum": 0.0} for lr in (0.1, 0.01))
    [[name, best]] = data_of(TwelveRuns(record(), {"mine": [None, one, other]}, budget=4))["rivals"]
    assert name == "mine"
    assert best == [None] + [pytest.approx(accuracy(**one), abs=1e-3)] * 3


def test_the_still_picture_and_the_page_without_a_script_show_no_result():
    component = TwelveRuns(record(), budget=3)
    text = re.sub(r"<[^>]*>", " ", component.still_html())
    assert not re.search(r"0\.\d{3}", text) and text.count("·") == 12
    assert repr(component) == "TwelveRuns(3 runs over 12 settings of lr, batch size, momentum)"


SETTING = {"lr": 0.1, "batch_size": 16, "momentum": 0.0}


@pytest.mark.parametrize("change, words", [
    ({"record": record(leave_out=(SETTING, 1))}, "3 seeds of every setting, got 2 of {'lr': 0.1"),
    ({"record": Record.now("a/b", "", {"lr": [1]}, 1, [], "")}, "3 axes, got ['lr']"),
    ({"record": type("Unrecorded", (), {"recorded": None})()}, "not recorded yet"),
    ({"budget": 13}, "budget must be at most 12"),
    ({"budget": 0}, "budget must be an integer of at least 1"),
    ({"num_test": 0}, "num_test must be an integer of at least 1"),
    ({"metric": "loss"}, "metric must be one of 'valid accuracy', 'test accuracy', got 'loss'"),
    ({"test": "loss"}, "metric must be one of"),
    ({"rivals": {"r": [SETTING, SETTING]}}, "'r' must buy at most 12 different settings"),
    ({"rivals": {"r": [None] * 13}}, "'r' must buy at most 12 different settings"),
    ({"rivals": {"r": [{**SETTING, "lr": 7}]}}, "a setting of 'r' must be one of"),
    ({"rivals": {"r": [{"lr": 0.1}]}}, "a setting of 'r' must have the keys"),
    ({"rivals": {"": []}}, "a name in rivals must not be empty"),
])
def test_what_makes_no_game_is_refused(change, words):
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        TwelveRuns(**{"record": record(), **change})


def test_no_text_becomes_markup():
    component = TwelveRuns(record(), {EVIL: [SETTING]}, caption=EVIL)
    html = component.html()
    assert html.count("</script") == 1 and html.count("<script") == 1
    assert "<img src=x" not in html and "<!--" not in html
    shown = component._repr_mimebundle_()
    assert set(shown) == {"text/html", "image/png", "text/plain"}
    assert len(shown["image/png"]) < 60_000
    assert html == TwelveRuns(record(), {EVIL: [SETTING]}, caption=EVIL).html()
