"""Find the functions of PyTorch that Python code uses, by reading it: nothing is run."""

from __future__ import annotations

import ast
import csv
import functools
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import torch

__all__ = ["torch_names", "torch_uses"]

FILE = Path(__file__).with_name("functions.tsv")
ROOTS = ("torch", "torchvision")
PARTS = ("basics", "cnn", "rnn", "optimization", "regularization", "appendix")
AXES = {"ax", "axes", "fig"}  # Matplotlib's, whose methods share names: scatter, fill
BUILT_IN = (str, list, tuple, dict, set, int, float)
METHODS_OF = ("torch.nn.Module", "torch.optim.Optimizer")  # beside those of a tensor


@functools.cache
def rows() -> dict[str, dict[str, str]]:
    """Return the table of functions: for each name its group, call, shapes and meaning."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["name"]: row for row in table}


def torch_names(code: str) -> list[str]:
    """Return the names of PyTorch and torchvision that Python code uses.

    A name is followed through imports (`from torch import nn`), assignments (`F =
    nn.functional`) and into strings that hold code with an import of torch. What cannot be
    called, like `torch.float32`, does not count.

    A method is told by its name alone, since code does not say what stands before the dot:
    `x.reshape(2, 3)` counts as `torch.reshape`, whatever `x` is, if the table of the book's
    functions has that method. It does not count where a module other than torch, a string, or
    `ax`, `axes` or `fig` stands before the dot. A method that Python's own types have too
    (`add`, `split`, `sort`) counts only where its result is used and no argument is a string,
    and `split` needs an argument.

    Parameters
    ----------
    code
        Python as in a notebook: lines that begin with % or ! are passed over.

    Returns
    -------
    list of str
        Full names, each once, in the order of the alphabet. A function that is a method too
        has the function's name; a method alone begins with Tensor.

    Raises
    ------
    SyntaxError
        If the code cannot be read.

    Examples
    --------
    >>> d2l.torch_names('''
    ... from torch import nn
    ... net = nn.Sequential(nn.Linear(4, 2), nn.ReLU())
    ... p = net(x).exp().view(-1)
    ... ''')
    ['Tensor.view', 'torch.exp', 'torch.nn.Linear', 'torch.nn.ReLU', 'torch.nn.Sequential']
    """
    tree = ast.parse(re.sub(r"^(\s*)[%!].*", r"\1pass", code, flags=re.MULTILINE))
    names, others = _bound(tree)
    idle = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = set()
    for node in ast.walk(tree):
        if full := _dotted(node, names):
            found.add(_known(full))
        elif isinstance(node, ast.Call) and not _dotted(node.func, names):
            if _may_be_a_tensors(node, others, id(node) in idle):
                found.add(_method(node.func.attr))
        elif isinstance(node, ast.Constant) and "import torch" in str(node.value):
            found.update(_in_text(node.value))
    return sorted(found - {None})


def torch_uses(folder: str | Path | None = None) -> dict[str, list[Path]]:
    """Return the notebooks that use each name of PyTorch, in the order of the book.

    A notebook that shows the tables themselves is left out.

    Parameters
    ----------
    folder
        Where the folders of the notebooks are; by default the folder above the present one. If
        there are none, the answer is empty.

    Examples
    --------
    >>> d2l.torch_uses("/nowhere")
    {}
    """
    uses: dict[str, list[Path]] = {}
    for path, names in _scanned(Path("..") if folder is None else Path(folder)):
        for name in names:
            uses.setdefault(name, []).append(path)
    return uses


def _scanned(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield each notebook below a folder with the names that it uses."""
    paths = [p for part in PARTS for p in sorted(folder.glob(f"{part}/[0-9][0-9]-*.ipynb"))]
    for path in paths:
        code = _code(path, path.stat().st_mtime_ns)
        if "d2l.function_table(" not in code:
            yield path, _names(code)


@functools.lru_cache(maxsize=256)
def _code(path: Path, changed: int) -> str:
    """Return the code of a notebook as it was when it was changed last."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


_names = functools.lru_cache(maxsize=256)(torch_names)  # a page has many tables


def _bound(tree: ast.AST) -> tuple[dict[str, str], set[str]]:
    """Return what names stand for in torch, and the names of other modules."""
    names, others = {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                if root in ROOTS:
                    names[alias.asname or root] = alias.name if alias.asname else root
                else:
                    others.add(alias.asname or root)
        elif isinstance(node, ast.ImportFrom):
            torchs = (node.module or "").partition(".")[0] in ROOTS
            for alias in node.names:
                if torchs:
                    names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                else:
                    others.add(alias.asname or alias.name)
    for node in ast.walk(tree):  # F = nn.functional
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            full = _dotted(node.value, names)
            if full in _modules():
                names.setdefault(node.targets[0].id, full)
    return names, others


def _dotted(node: ast.AST, names: dict[str, str]) -> str | None:
    """Return the full name in torch that a name, or names joined by dots, stands for."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and (before := _dotted(node.value, names)):
        return f"{before}.{node.attr}"
    return None


def _known(full: str) -> str | None:
    """Return the table's name for a full name; the name itself if it is callable and missing."""
    if full.startswith("torch.Tensor."):
        return _method(full.rpartition(".")[2]) or full
    if full in rows():
        return full
    # What is a module or a constant without a doubt is not looked at: torchvision imports slowly.
    if full in _modules() or full.rpartition(".")[2].isupper():
        return None
    return full if callable(_thing(full)) else None


@functools.cache
def _modules() -> set[str]:
    """Return the modules that the names of the table are in."""
    owners = {name.rsplit(".", n)[0] for name in rows() for n in range(1, name.count(".") + 1)}
    return {owner for owner in owners if owner.rpartition(".")[2].islower()}


@functools.cache
def _thing(full: str):
    """Return what a full name stands for, None where that does not exist."""
    root, *rest = full.split(".")
    thing, path = importlib.import_module(root), root
    for name in rest:
        path = f"{path}.{name}"
        if not hasattr(thing, name):
            try:
                importlib.import_module(path)
            except ImportError:
                return None
        thing = getattr(thing, name, None)
    return thing


def _may_be_a_tensors(call: ast.Call, others: set[str], idle: bool) -> bool:
    """Say whether a call can be one of a method of a tensor, a module or an optimizer."""
    if not isinstance(call.func, ast.Attribute):
        return False
    name, root, direct = call.func.attr, call.func.value, True
    while isinstance(root, (ast.Attribute, ast.Call, ast.Subscript)):
        direct = direct and isinstance(root, ast.Attribute)
        root = root.func if isinstance(root, ast.Call) else root.value
    named = root.id if isinstance(root, ast.Name) else ""
    if named in AXES or named in others and (direct or named != "d2l"):
        return False
    if isinstance(root, (ast.Constant, ast.JoinedStr)):
        return False
    if any(keyword.arg == "ddof" for keyword in call.keywords):  # NumPy's and pandas' alone
        return False
    if not any(hasattr(kind, name) for kind in BUILT_IN):
        return True
    texts = [a for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return not idle and not texts and (name != "split" or bool(call.args))


def _method(name: str) -> str | None:
    """Return the table's name for a method, None where it has none."""
    if hasattr(torch.Tensor, name) and f"torch.{name}" in rows():
        return f"torch.{name}"
    options = (f"{owner}.{name}" for owner in ("Tensor", *METHODS_OF))
    return next((option for option in options if option in rows()), None)


def _in_text(text: str) -> list[str]:
    """Return the names in a string that holds code, none where it holds something else."""
    try:
        return torch_names(text)
    except (SyntaxError, ValueError):
        return []
