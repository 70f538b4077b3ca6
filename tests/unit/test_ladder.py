"""Ladder and ScatterTable in Python: what they read from records and rows, and what they refuse."""

import json
import re

import pytest
import torch
from samples import EVIL
from torch import nn

from d2lutils.records import Record, Run, settings
from d2lutils.widgets import Ladder, ScatterTable
from d2lutils.widgets.outline import outline

AXES = {"relu": [False, True], "wide": [False, True]}
SWITCHES = {"relu": ("ReLU", "ReLU instead of sigmoid"), "wide": ("wide", "Eight channels")}
ROWS = [
    {"network": "LeNet", "year": 1998, "accuracy": (0.9, 0.012), "parameters": 61706, "how": "SGD"},
    {"network": "VGG", "year": 2014, "accuracy": (0.92, 0.003), "parameters": 500000, "how": "SGD"},
]


def build(relu, wide):
    channels = 8 if wide else 4
    return nn.Sequential(nn.Conv2d(1, channels, 3), nn.ReLU() if relu else nn.Sigmoid(),
                         nn.Flatten(), nn.Linear(channels * 9, 10))


def record(axes=AXES, leave_out=None):
    runs = [
        Run(s, seed, {"valid accuracy": [0, 0.7 + s["relu"] / 10 + s["wide"] / 20 + seed / 100]}, 1)
        for s in settings(axes) if s != leave_out for seed in range(3)
    ]
    return Record.now("cnn/00-steps", "", axes, 3, runs, "")


def data_of(component):
    return json.loads(re.search(r"^mount\(.*?, component, (.*)\);$", component.html(), re.M)[1])


def test_networks_stand_in_the_order_of_their_bits_with_their_records():
    data = data_of(Ladder(record(), build, SWITCHES, (1, 5, 5)))
    means = [net[:3] for net in data["nets"]]
    assert means == [[0.71, 0.7, 0.72], [0.81, 0.8, 0.82], [0.76, 0.75, 0.77], [0.86, 0.85, 0.87]]
    assert data["metric"] == "validation accuracy" and data["seeds"] == 3


def test_sizes_are_those_of_the_networks():
    nets = data_of(Ladder(record(), build, SWITCHES, (1, 5, 5)))["nets"]
    assert [net[3:5] for net in nets] == [[410, 684]] * 2 + [[810, 1368]] * 2


def test_boxes_say_what_a_network_is_made_of():
    data = data_of(Ladder(record(), build, SWITCHES, (1, 5, 5)))
    drawn = [[data["boxes"][at] for at in net[5]] for net in data["nets"]]
    assert drawn[0] == ["3×3 conv, 4 · sigmoid", "dense, 10"]
    assert drawn[3] == ["3×3 conv, 8 · ReLU", "dense, 10"]


class Skip(nn.Module):
    """Has its layers in another order than it calls them in."""

    def __init__(self, shortcut):
        super().__init__()
        self.activation, self.shortcut = nn.ReLU(), shortcut
        self.path = nn.Sequential(nn.Conv2d(2, 2, 3, padding=1), nn.BatchNorm2d(2))

    def forward(self, X):
        return self.activation(self.path(X) + self.shortcut(X))


@pytest.mark.parametrize("shortcut, words", [
    (nn.Identity(), "+ input"), (nn.Conv2d(2, 2, 1), "+ input through 1×1 conv"),
])
def test_a_block_is_drawn_in_the_order_in_which_it_computes(shortcut, words):
    net = nn.Sequential(Skip(shortcut), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout())
    assert outline(net, (2, 4, 4)) == [f"3×3 conv, 2 · batch norm\n{words} · ReLU",
                                      "global average", "Dropout"]
    assert not net[0].path[0].weight.is_meta


@pytest.mark.parametrize("change, words", [
    ({"record": record({"rate": [0.1, 1.0], **AXES})}, "the axis 'rate' must have the values"),
    ({"record": record(leave_out={"relu": True, "wide": False})},
     "every combination, got none of relu=True, wide=False"),
    ({"switches": {"relu": ("a", "b")}}, "an axis of the record must be one of 'relu', got 'wide'"),
    ({"switches": {**SWITCHES, "deep": ("a", "b")}}, "a switch must be one of 'relu', 'wide'"),
    ({"switches": {**SWITCHES, "wide": ("", "b")}}, "must not be empty"),
    ({"metric": "loss"}, "metric must be one of 'valid accuracy', got 'loss'"),
    ({"shape": (1, 0, 5)}, "a size of shape must be an integer of at least 1, got 0"),
    ({"build": lambda relu, wide: nn.Linear(2, 2)}, "net must be an nn.Sequential, got Linear"),
])
def test_what_makes_no_ladder_is_refused(change, words):
    given = {"record": record(), "build": build, "switches": SWITCHES, "shape": (1, 5, 5), **change}
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        Ladder(given["record"], given["build"], given["switches"], given["shape"],
               metric=given.get("metric", "valid accuracy"))


def test_a_table_has_numbers_for_the_chart_and_texts_to_read():
    data = data_of(ScatterTable(ROWS, x="parameters", y="accuracy", log=["parameters"]))
    assert data["cells"] == [["LeNet", "1998", "0.900 ± 0.012", "61,706", "SGD"],
                             ["VGG", "2014", "0.920 ± 0.003", "500,000", "SGD"]]
    assert data["numbers"] == [[[1998, 0], [0.9, 0.012], [61706, 0]],
                               [[2014, 0], [0.92, 0.003], [500000, 0]]]
    assert data["at"] == [2, 1]
    assert [c["name"] for c in data["columns"] if c["axis"]] == ["year", "accuracy", "parameters"]


def test_tensors_are_numbers_too():
    rows = [{"a": "x", "b": torch.tensor(1.5), "c": 2}, {"a": "y", "b": 2.25, "c": 3}]
    assert data_of(ScatterTable(rows))["cells"] == [["x", "1.50", "2"], ["y", "2.25", "3"]]


@pytest.mark.parametrize("rows, options, words", [
    (ROWS[:1], {}, "rows must hold 2 or more, got 1"),
    ([ROWS[0], {"network": "VGG"}], {}, "rows must have the columns"),
    ([ROWS[0], ROWS[0]], {}, "the column 'network' must have different names"),
    ([ROWS[0], {**ROWS[1], "year": "2014"}], {}, "the column 'year' must hold numbers"),
    ([ROWS[0], {**ROWS[1], "year": float("nan")}], {}, "a value of 'year' must be a finite"),
    ([{"a": "x", "b": 1}, {"a": "y", "b": 2}], {}, "2 or more columns of numbers"),
    (ROWS, {"x": "how"}, "x must be one of 'year', 'accuracy', 'parameters', got 'how'"),
    ([ROWS[0], {**ROWS[1], "year": 0}], {"log": ["year"]}, "'year' of log must be positive"),
])
def test_what_makes_no_table_is_refused(rows, options, words):
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        ScatterTable(rows, **options)


def evil_ladder(t):
    return Ladder(record(), build, dict.fromkeys(SWITCHES, (t, t)), (1, 5, 5), caption=t)


def evil_table(t):
    rows = [{t: t, t + "b": 1, t + "c": 2, "d": t}, {t: "x", t + "b": 2, t + "c": 3, "d": t}]
    return ScatterTable(rows, caption=t, source=t)


@pytest.mark.parametrize("make", [evil_ladder, evil_table])
def test_no_text_becomes_markup(make):
    html = make(EVIL).html()
    assert html.count("</script") == 1 and html.count("<script") == 1
    assert "<img src=x" not in html and "<!--" not in html
    shown = make(EVIL)._repr_mimebundle_()
    assert set(shown) == {"text/html", "image/png", "text/plain"}
    assert len(shown["image/png"]) < 60_000
    assert html == make(EVIL).html()
