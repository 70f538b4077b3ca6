"""Augmenter in Python: what it hands to the script, and what it refuses."""

import base64
import io
import re

import numpy as np
import pytest
import torch
from PIL import Image

import d2lutils as d2l
from d2lutils.widgets.augmenter import STRENGTHS, _composed

SIDES = torch.linspace(0, 1, 64), torch.linspace(0, 255, 64)
RAMP = torch.outer(*SIDES).to(torch.uint8).expand(3, 64, 64)  # alike from no two sides


def test_the_photograph_travels_as_a_picture_of_its_size():
    state = d2l.Augmenter(RAMP).state()
    found = Image.open(io.BytesIO(base64.b64decode(state["image"].split(",")[1])))
    assert found.size == (64, 64) and state["side"] == 64
    assert np.abs(np.asarray(found).transpose(2, 0, 1) - RAMP.numpy().astype(int)).mean() < 3


def test_without_a_start_nothing_is_transformed():
    made = d2l.Augmenter(RAMP)
    assert made.state()["at"] == [0] * len(STRENGTHS)
    assert repr(made) == "Augmenter(64 x 64 pixels; no transform)"
    photo = RAMP.float() / 255
    assert torch.allclose(_composed(made.strengths, 64)(photo), photo, atol=1e-5)


@pytest.mark.parametrize("name", STRENGTHS)
def test_every_strength_can_be_the_start_and_changes_the_photograph(name):
    for value in STRENGTHS[name][-2:]:
        made = d2l.Augmenter(RAMP, {name: value})
        at = dict(zip(STRENGTHS, made.state()["at"]))
        assert STRENGTHS[name][at.pop(name)] == value and not any(at.values())
    torch.manual_seed(0)
    assert not torch.allclose(_composed(made.strengths, 64)(RAMP / 255), RAMP / 255, atol=0.05)


def test_a_still_picture_leaves_the_random_numbers_alone():
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    first = d2l.Augmenter(RAMP, {"noise": 0.1}).still_png()
    assert torch.equal(torch.random.get_rng_state(), before)
    assert first == d2l.Augmenter(RAMP, {"noise": 0.1}).still_png()


@pytest.mark.parametrize("make, error, words", [
    (lambda: d2l.Augmenter([[1]]), TypeError, "must be a tensor of bytes (torch.uint8), got list"),
    (lambda: d2l.Augmenter(RAMP / 255), TypeError, "got torch.float32"),
    (lambda: d2l.Augmenter(RAMP[:1]), ValueError, "(3, side, side), 32 to 256 pixels a side, got"),
    (lambda: d2l.Augmenter(RAMP[:, :40]), ValueError, "got (3, 40, 64)"),
    (lambda: d2l.Augmenter(RAMP[:, :31, :31]), ValueError, "got (3, 31, 31)"),
    (lambda: d2l.Augmenter(RAMP, {"turn": 20}), ValueError, "a name in start must be one of"),
    (lambda: d2l.Augmenter(RAMP, {"rotate": 21}), ValueError, "start['rotate'] must be one of 0"),
])
def test_wrong_arguments_are_refused_with_the_reason(make, error, words):
    with pytest.raises(error, match=re.escape(words)):
        make()
