"""report: the reader's value among the recorded ones; it judges nothing and never raises."""

import math
import re
from xml.etree import ElementTree

import pytest
import torch

from d2lutils import records
from d2lutils.data import datasets
from d2lutils.records import Record, Run
from d2lutils.report import _Strip, report

NAME, METRIC = "test/01-page", "valid error"


@pytest.fixture(autouse=True)
def recorded(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    monkeypatch.delenv("D2LUTILS_FAST", raising=False)
    runs = [
        Run({"lr": lr, "depth": 2}, seed, {METRIC: [0.1, lr + 0.02 * seed]}, 1.0)
        for lr in (0.25, 0.5) for seed in range(3)
    ]
    runs += [Run({"lr": 9.0, "depth": 2}, 0, {METRIC: [math.nan]}, 1.0)]
    axes = {"lr": [0.25, 0.5, 9.0], "depth": [2]}
    Record.now(NAME, "code", axes, 3, runs, "make record").save()


def shown(value=0.3, at="last", metric=METRIC, name=NAME, **setting) -> dict:
    return _Strip(name, metric, value, at, setting)._repr_mimebundle_()


def drawn(bundle: dict) -> tuple[list[float], list[float]]:
    """Return where the ticks and the dot stand."""
    svg = ElementTree.fromstring(re.search("<svg.*</svg>", bundle["text/html"]).group())
    ticks = [float(p.get("d")[1:].split()[0]) for p in svg.iter("path") if "v20" in p.get("d")]
    return ticks, [float(c.get("cx")) for c in svg.iter("circle")]


def test_the_dot_stands_among_the_ticks_of_the_recorded_seeds():
    bundle = shown(0.26, lr=0.25)
    ticks, (dot,) = drawn(bundle)
    assert len(ticks) == 3 and ticks[0] < dot < ticks[1] < ticks[2]
    assert dot == pytest.approx((3 * ticks[0] + ticks[2]) / 4, abs=0.1)
    assert bundle["text/plain"] == "valid error 0.26 (recorded: 0.25 to 0.29 with 3 seeds)"
    assert 'role="img"' in bundle["text/html"] and "<script" not in bundle["text/html"]


@pytest.mark.parametrize("value", [-5.0, 1e6, 0.25])
def test_a_value_far_off_stays_in_the_picture(value):
    ticks, (dot,) = drawn(shown(value, lr=0.25))
    assert all(0 < x < 360 for x in [*ticks, dot])


def test_a_tensor_and_an_axis_left_out_that_has_one_value():
    assert "valid error 0.26 (recorded" in shown(torch.tensor(0.26), lr=0.25)["text/plain"]
    assert shown(lr=0.25) == shown(lr=0.25, depth=2)


def test_at_best_compares_with_the_best_epochs():
    assert "recorded: 0.1 to 0.1" in shown(lr=0.5, at="best")["text/plain"]


@pytest.mark.parametrize("arguments, reason", [
    ({"lr": 0.3}, "this setting is not recorded"),
    ({}, "this setting is not recorded"),
    ({"lr": 0.25, "depth": 3}, "this setting is not recorded"),
    ({"lr": 0.25, "width": 3}, "this setting is not recorded"),
    ({"lr": 9.0}, "the recorded runs gave no finite number"),
    ({"name": "test/02-none"}, "test/02-none is not recorded yet"),
    ({"name": None}, "the record cannot be read: TypeError: name must be a string"),
    ({"lr": 0.25, "metric": "loss"}, "ValueError: metric must be one of 'valid error'"),
    ({"lr": 0.25, "at": "end"}, "ValueError: at must be one of 'last', 'best'"),
])
def test_where_there_is_nothing_to_compare_with_the_value_stands_alone_with_the_reason(
        arguments, reason):
    bundle = shown(**arguments)
    assert "0.3 (nothing to compare with: " in bundle["text/plain"]
    assert reason in bundle["text/plain"]
    assert "<svg" not in bundle["text/html"]


@pytest.mark.parametrize("value", ["high", None, [1, 2], torch.ones(2), math.nan, math.inf])
def test_a_value_that_is_no_finite_number_has_no_dot(value):
    ticks, dots = drawn(shown(value, lr=0.25))
    assert len(ticks) == 3 and not dots


def test_a_sample_and_smoke_mode_are_not_compared_with_full_data(monkeypatch):
    monkeypatch.setattr(datasets, "samples_in_use", {"fashion-mnist"})
    assert "this is a sample of the data" in shown(lr=0.25)["text/plain"]
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    assert "this is smoke mode" in shown(lr=0.25)["text/plain"]


def test_a_damaged_record_is_told():
    records.record_path(NAME).write_text("{")
    assert "the record cannot be read: ValueError" in shown(lr=0.25)["text/plain"]


def test_text_cannot_become_markup():
    assert "<b>" not in shown("<b>", metric="<b>", lr=0.25)["text/html"]


def test_it_displays_and_returns_nothing(capsys):
    assert report(NAME, METRIC, 0.26, lr=0.25) is None
    assert capsys.readouterr().out == "valid error 0.26 (recorded: 0.25 to 0.29 with 3 seeds)\n"
