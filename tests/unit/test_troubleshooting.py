"""The page on errors: it knows every message of d2lutils, and quotes PyTorch's as they are."""

import ast
import doctest
import io
import mmap
import multiprocessing
import os
import pickle
import re
import sys
import warnings
from multiprocessing import spawn
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset, default_collate

pytestmark = pytest.mark.component

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "book" / "troubleshooting.md").read_text("utf-8")
_, TORCH, OURS = re.split(r"^## Errors of \w+$", PAGE, flags=re.MULTILINE)
GAP = "\0"  # what a message fills in


def patterns(text):
    """Return the messages that a part of the page quotes: the terms of its definition lists.

    >>> patterns("`one …`, `two`\\n: Words with `code`.")
    ['one …', 'two']
    """
    terms = re.findall(r"^(`.+)\n: ", text, re.MULTILINE)
    return [quoted.strip() for term in terms for _, quoted in re.findall(r"(`+)(.+?)\1", term)]


def quotes(pattern, message):
    """Say whether a pattern quotes a part of a message; `…` stands for what is filled in.

    >>> quotes("… must be …, got …", "lr must be small, got 5"), quotes("lr must …", "must be")
    (True, False)
    """
    return bool(re.search(".+?".join(map(re.escape, pattern.split("…"))), message, re.DOTALL))


# ---- d2lutils


def literal(node):
    """Return a string of the code, with gaps for what is filled in, or None."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(v.value if isinstance(v, ast.Constant) else GAP for v in node.values)
    return None


def message(call):
    """Return what an exception says, as far as it is written where it is made."""
    said = [literal(argument) for argument in call.args if literal(argument)]
    return said[0] if said else " ".join(filter(None, map(literal, ast.walk(call))))


TREES = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "d2lutils").rglob("*.py")]
NODES = [node for tree in TREES for node in ast.walk(tree)]
LITERALS = [text for text in map(literal, NODES) if text]
EXCEPTIONS = re.compile(r"\w+Error|" + "|".join(
    node.name for node in NODES if isinstance(node, ast.ClassDef)
    and any(isinstance(b, ast.Name) and b.id.endswith(("Error", "Exception")) for b in node.bases)
))  # fmt: skip
MADE = [
    message(node) for node in NODES if isinstance(node, ast.Call)
    and isinstance(node.func, ast.Name) and EXCEPTIONS.fullmatch(node.func.id)
]  # fmt: skip
# Those with words: the others hand on what another message says.
MESSAGES = sorted({said for said in MADE if len(re.findall("[a-z]{2,}", said)) > 1})


def test_the_collector_finds_the_messages():
    assert len(MESSAGES) > 200
    assert f"{GAP} must be one of {GAP}, got {GAP}" in MESSAGES
    assert any(f"{GAP} is not whole in {GAP}" in said for said in MESSAGES)


def test_the_examples_of_the_helpers_hold():
    assert doctest.testmod(sys.modules[__name__]).failed == 0


def test_each_message_of_the_package_has_its_entry():
    known = patterns(OURS)
    assert [said for said in MESSAGES if not any(quotes(p, said) for p in known)] == []


def test_each_entry_quotes_the_package():
    assert [p for p in patterns(OURS) if not any(quotes(p, said) for said in LITERALS)] == []


# ---- PyTorch


class Wave(Dataset):
    """One example, which ends the process that asks for it."""

    def __len__(self):
        return 1

    def __getitem__(self, i):
        os._exit(1)


class NoInit(nn.Module):
    def __init__(self):
        self.layer = nn.Linear(1, 1)


def parameter():
    return torch.ones(2, requires_grad=True)


def twice():
    x = parameter()
    y = (x * x).sum()
    y.backward()
    y.backward()


def in_place():
    x = parameter()
    x += 1


def overwritten():
    y = parameter().exp()
    y += 1
    y.sum().backward()


def saved_whole():
    file = io.BytesIO()
    torch.save(nn.Linear(1, 1), file)
    file.seek(0)
    torch.load(file)


def read_only():
    array = np.ones(2)
    array.flags.writeable = False
    torch.from_numpy(array)


def schedule_first():
    sgd = torch.optim.SGD([parameter()], lr=0.1)
    torch.optim.lr_scheduler.StepLR(sgd, 1).step()


def worker_without_guard():
    process = multiprocessing.current_process()
    process._inheriting = True  # as while a worker imports the script
    try:
        spawn._check_not_importing_main()
    finally:
        del process._inheriting


ones, long = torch.ones, torch.long
SNIPPETS = {
    "matmul": lambda: nn.Linear(784, 10)(ones(2, 1, 28, 28)),
    "flat images": lambda: nn.Conv2d(1, 6, 5)(ones(256, 784)),
    "flat batch norm": lambda: nn.BatchNorm2d(3)(ones(2, 3)),
    "channels": lambda: nn.Conv2d(3, 6, 5)(ones(2, 1, 28, 28)),
    "kernel too large": lambda: nn.Conv2d(1, 1, 5)(ones(1, 1, 3, 3)),
    "pooled away": lambda: nn.MaxPool2d(2)(ones(1, 1, 1, 1)),
    "broadcast": lambda: ones(2, 3) + ones(2, 4),
    "mse": lambda: F.mse_loss(ones(4, 1), ones(4)),
    "bce": lambda: F.binary_cross_entropy_with_logits(ones(2, 1), ones(2)),
    "rows": lambda: F.cross_entropy(ones(2, 3), ones(3, dtype=long)),
    "reshape": lambda: ones(3).reshape(2, 2),
    "view": lambda: ones(2, 3).t().view(6),
    "cat": lambda: torch.cat([ones(2, 3), ones(2, 2)]),
    "collate": lambda: default_collate([ones(2), ones(3)]),
    "state": lambda: nn.RNN(2, 3)(ones(4, 5, 2), ones(1, 4, 3)),
    "one example": lambda: nn.BatchNorm1d(3)(ones(1, 3)),
    "truth": lambda: bool(ones(2) == 1),
    "item": lambda: ones(2).item(),
    "float labels": lambda: F.cross_entropy(ones(2, 3), ones(2, dtype=torch.int32)),
    "column of labels": lambda: F.cross_entropy(ones(2, 3), ones(2, 1, dtype=long)),
    "label too large": lambda: F.cross_entropy(ones(2, 3), torch.tensor([0, 3])),
    "embedding": lambda: nn.Embedding(3, 2)(torch.tensor([3])),
    "gather": lambda: ones(2, 3).gather(1, torch.tensor([[3], [0]])),
    "embedding of floats": lambda: nn.Embedding(3, 2)(ones(2)),
    "float64": lambda: nn.Linear(2, 2)(ones(1, 2, dtype=torch.float64)),
    "bce of ints": lambda: F.binary_cross_entropy_with_logits(ones(2), ones(2, dtype=long)),
    "table": lambda: torch.tensor(pd.DataFrame({"a": ["x"]})),
    "words": lambda: torch.tensor(np.array(["x", 1], dtype=object)),
    "words as numbers": lambda: pd.DataFrame({"a": ["x"]}).astype(float),
    "layer of a table": lambda: nn.Linear(1, 1)(pd.DataFrame({"a": [1.0]})),
    "loss of an array": lambda: F.mse_loss(ones(2), np.ones(2)),
    "network for parameters": lambda: torch.optim.SGD(nn.Linear(1, 1), lr=0.1),
    "mean of ints": lambda: torch.arange(3).mean(),
    "softmax of ints": lambda: torch.arange(3).softmax(0),
    "ragged": lambda: torch.tensor([[1, 2], [3]]),
    "no graph": lambda: ones(2).sum().backward(),
    "not a scalar": lambda: (parameter() * 2).backward(),
    "twice": twice,
    "in place": in_place,
    "overwritten": overwritten,
    "numpy": lambda: parameter().numpy(),
    "grad of a result": lambda: (parameter() * 2).grad,
    "ints with gradients": lambda: torch.tensor([1, 2], requires_grad=True),
    "no parameters": lambda: torch.optim.SGD([], lr=0.1),
    "schedule first": schedule_first,
    "missing": lambda: nn.Linear(2, 3).load_state_dict({"weight": ones(3, 2)}),
    "unexpected": lambda: nn.Linear(2, 3, bias=False).load_state_dict(
        {"weight": ones(3, 2), "bias": ones(3)}),
    "other size": lambda: nn.Linear(2, 3, bias=False).load_state_dict({"weight": ones(2, 2)}),
    "saved whole": saved_whole,
    "no super": NoInit,
    "no forward": lambda: nn.Module()(1),
    "another device": lambda: ones(2) + ones(2, device="meta"),
    "numpy of another device": lambda: ones(2, device="meta").numpy(),
    "unguarded script": worker_without_guard,
    "class of a notebook": lambda: pickle.loads(b"cmath\nWave\n."),
    "dead worker": lambda: next(iter(DataLoader(Wave(), num_workers=1))),
    "read-only": read_only,
    "copy": lambda: torch.tensor(ones(2)),
}  # fmt: skip
# What no CPU can produce stands in PyTorch's libraries.
IN_LIBRARIES = {
    "Expected all tensors to be on the same device": "libtorch_cpu.so",
    "CUDA out of memory": "libc10_cuda.so",
    "Found no NVIDIA driver on your system": "libc10_cuda.so",
}
# Of a build without CUDA (in torch/cuda/__init__.py), and the wording before 2.10.
ELSEWHERE = {"Torch not compiled with CUDA enabled", "expected scalar type Long but found …"}


def said(snippet):
    """Return the error of a snippet, or its warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            snippet()
        except Exception as error:
            return str(error)
    return str(caught[-1].message)


@pytest.fixture(scope="module")
def wordings():
    return {name: said(snippet) for name, snippet in SNIPPETS.items()}


@pytest.mark.parametrize("name", SNIPPETS)
def test_an_error_of_torch_is_found_on_the_page(wordings, name):
    assert [p for p in patterns(TORCH) if quotes(p, wordings[name])], wordings[name]


@pytest.mark.parametrize("pattern", set(patterns(TORCH)) - set(IN_LIBRARIES) - ELSEWHERE)
def test_an_entry_quotes_torch_as_it_is_installed(wordings, pattern):
    assert any(quotes(pattern, text) for text in wordings.values())


@pytest.mark.parametrize(("pattern", "library"), IN_LIBRARIES.items())
def test_an_error_of_gpus_is_worded_so_in_the_library(pattern, library):
    path = Path(torch.__file__).parent / "lib" / library
    if not path.exists():
        pytest.skip(f"this PyTorch has no {library}")
    assert pattern in patterns(TORCH)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        assert content.find(pattern.encode()) >= 0
