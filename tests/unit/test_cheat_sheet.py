"""The cheat sheet: its code runs, its shapes are PyTorch's, its rates those of the record."""

import ast
import re
from pathlib import Path

import pytest
import torch
from torch import nn

from d2lutils import records

PAGE = (Path(__file__).resolve().parents[2] / "book" / "cheat-sheet.md").read_text("utf-8")
CODE = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """The names that the code of the sheet leaves behind, run from top to bottom."""
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    batches = [(torch.rand(8, 1, 28, 28), torch.arange(8)) for _ in range(2)]
    names = {"num_epochs": 5, "train_iter": batches, "valid_iter": batches}
    for code in CODE:
        exec(code, names)
    return names


def test_the_code_runs_and_the_network_learns(ran):
    assert len(CODE) == 3
    assert 1.5 > ran["l"].item()
    assert 0 <= ran["right"] <= 16
    assert Path("last.pt").exists() and not Path("new.pt").exists()


def test_lines_fit_into_a_column():
    assert [line for code in CODE for line in code.splitlines() if len(line) > 56] == []


def shaped_lines():
    """Yield each line of the sheet that gives a shape: its code, the name of what, the shape."""
    for line in CODE[1].splitlines():
        code, name, shape = re.fullmatch(r"(.+?)\s+# (\w )?(\(.+\))", line).groups()
        if not re.search("[a-z]", shape):  # not (n, c, h, w)
            yield code, name, ast.literal_eval(shape)


@pytest.mark.parametrize(("code", "name", "shape"), list(shaped_lines()), ids=lambda x: str(x)[:30])
def test_a_shape_is_the_one_that_torch_gives(ran, code, name, shape):
    exec(code, ran)
    value = ran[name.strip()] if name else eval(code, ran)
    assert tuple(value.shape) == shape


def test_the_formulas_count_what_torch_has():
    def count(layer):
        return sum(p.numel() for p in layer.parameters())

    n, d, q, k, h = 9, 5, 3, 4, 6
    assert count(nn.Linear(d, q)) == (d + 1) * q
    assert count(nn.Conv2d(d, q, k)) == q * (d * k**2 + 1)
    assert count(nn.BatchNorm2d(d)) == 2 * d
    for layer, gates in ((nn.RNN, 1), (nn.GRU, 3), (nn.LSTM, 4)):
        assert count(layer(d, h)) == gates * h * (d + h + 2)
    for p, s, dilation in ((0, 1, 1), (2, 3, 2), (1, 2, 1)):
        side = (n + 2 * p - dilation * (k - 1) - 1) // s + 1
        layer = nn.Conv2d(1, 1, k, s, p, dilation)
        assert layer(torch.rand(1, 1, n, n)).shape[-1] == side


def test_the_rates_are_those_of_the_record():
    record = records.load("optimization/04-adaptive-methods")
    means = {
        method: {
            lr: record.finals("valid accuracy", {"method": method, "lr": lr}).mean()
            for lr in record.axes["lr"]
        }
        for method in record.axes["method"]
    }
    rows = re.findall(r"^\| (\S[\w ]+) \| ([\d.]+) \| ([\d., ]+) \|$", PAGE, re.MULTILINE)
    assert {method for method, *_ in rows} == set(means)
    for method, best, near in rows:
        top = max(m for m in means[method].values() if m == m)
        assert means[method][float(best)] == top
        assert [float(r) for r in near.split(", ")] == [
            rate for rate, mean in means[method].items() if mean > top - 0.02]  # fmt: skip
