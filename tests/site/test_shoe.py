"""The shoe on its page: the numbers in the table are PyTorch's, with the weights of the page."""

import base64
import json
import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from torch.nn import functional as F

PAGE = "notebooks/cnn/01-from-dense-to-convolution.html"


@pytest.fixture(scope="module")
def state(site):
    """What the component on the page was given."""
    text = (site / PAGE).read_text("utf-8")
    found = re.findall(r"^mount\(.*?, component, (.*)\);$", text, re.MULTILINE)
    [state] = [s for s in map(json.loads, found) if "nets" in s]
    return state


def numbers(text, kind):
    return torch.tensor(np.frombuffer(base64.b64decode(text), kind).astype("f4"))


def by_torch(layers, X):
    """Return the probabilities for images X, by the layers that travel in the page."""
    for layer in layers:
        kind, window, stride = (layer.get(name) for name in ("kind", "window", "stride"))
        if kind in ("linear", "conv"):
            step, bias = numbers(layer["step"], "<f4"), numbers(layer["bias"], "<f4")
            weight = numbers(layer["weight"], "i1").reshape(len(step), -1) * step[:, None]
        if kind == "linear":
            X = X @ weight.T + bias
        elif kind == "conv":
            weight = weight.reshape(len(step), X.shape[1], *window)
            X = F.conv2d(X, weight, bias, stride, layer["padding"])
        else:
            X = {"relu": torch.relu, "flatten": lambda X: X.flatten(1),
                 "maxpool": lambda X: F.max_pool2d(X, window, stride)}[kind](X)  # fmt: skip
    return X.softmax(1)


def test_every_picture_is_known_to_both_networks_where_it_is_unmoved(state):
    X = numbers(state["images"], "u1").reshape(-1, 1, 28, 28) / 255
    assert len(X) >= 4 and [net["name"] for net in state["nets"]] == ["dense net", "LeNet"]
    for net in state["nets"]:
        assert by_torch(net["layers"], X).argmax(1).tolist() == state["labels"]


@pytest.mark.parametrize("right, down", [(0, 0), (3, 0), (-4, 2), (8, -8)])
def test_the_table_shows_what_pytorch_gives(visit, state, right, down):
    page = visit(PAGE).page
    page.get_by_role("button", name="Skip: show the output").first.click()
    frame = page.get_by_role("application")
    for (back, on), steps in ((("Left", "Right"), right), (("Up", "Down"), down)):
        for _ in range(abs(steps)):
            frame.press(f"Arrow{on if steps > 0 else back}")
    X = numbers(state["images"], "u1").reshape(-1, 1, 28, 28)[:1] / 255
    moved = F.pad(X, (right, -right, down, -down))
    expected = torch.cat([by_torch(net["layers"], moved) for net in state["nets"]])
    shown = page.locator(".d2l-shares td .d2l-value").all_inner_texts()
    table = torch.tensor([float(text) for text in shown]).reshape(10, 2).T
    assert (table - expected).abs().max() < 0.00501
    guesses = [state["classes"][i] for i in expected.argmax(1)]
    expect(page.locator(".d2l-shares thead th span")).to_contain_text(guesses)
