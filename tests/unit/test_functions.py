"""The table of PyTorch's functions is whole, and the scan that it rests on reads code rightly."""

import ast
import json
import re
from pathlib import Path

import pytest
import torch

import d2lutils as d2l
from d2lutils.functions import scan, table
from d2lutils.functions.scan import FILE, rows, torch_names, torch_uses

pytestmark = pytest.mark.page

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
# Methods that a tensor has, where the notebooks call those of something else.
OF_OTHERS = {
    "values": "of a dict", "index": "of a list", "nbytes": "of a storage",
    "__init__": "of a class's parent",
}  # fmt: skip


@pytest.fixture(scope="module")
def uses():
    return torch_uses(NOTEBOOKS)


def methods_called(code):
    """Return the names of Tensor's methods that code may call."""
    tree = ast.parse(re.sub(r"^(\s*)[%!].*", r"\1pass", code, flags=re.MULTILINE))
    names, others = scan._bound(tree)
    idle = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    maybe = {
        call.func.attr
        for call in calls
        if not scan._dotted(call.func, names)
        and scan._may_be_a_tensors(call, others, id(call) in idle)
    }
    return {name for name in maybe if hasattr(torch.Tensor, name)}


# The table and the notebooks


def test_every_name_that_a_notebook_uses_is_in_the_table(uses):
    missing = {name: paths[0].stem for name, paths in uses.items() if name not in rows()}
    assert missing == {}, f"these have no row in {FILE.relative_to(ROOT)}"


def test_every_row_is_used_by_a_notebook(uses):
    assert [name for name in rows() if name not in uses] == []


def test_no_method_of_a_tensor_is_missing_in_the_table():
    called = set()
    for path in NOTEBOOKS.rglob("[0-9]*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        called |= methods_called(code)
    assert {m for m in called if scan._method(m) is None} <= set(OF_OTHERS)


def test_the_table_has_no_name_twice_and_no_empty_cell():
    lines = [line.split("\t") for line in FILE.read_text("utf-8").splitlines()]
    names = [line[0] for line in lines]
    assert len(set(names)) == len(names)
    assert all(len(line) == 5 and all(line) for line in lines)
    calls = [line[2] for line in lines]
    assert len(set(calls)) == len(calls)


def test_the_groups_are_known_and_each_has_rows():
    assert list(dict.fromkeys(row["group"] for row in rows().values())) == list(table.GROUPS)


@pytest.mark.parametrize("name", rows())
def test_a_name_of_the_table_exists(name):
    full = name.replace("Tensor.", "torch.Tensor.", 1) if name.startswith("Tensor.") else name
    assert callable(scan._thing(full))


@pytest.mark.parametrize("name", rows())
def test_a_call_contains_the_name(name):
    assert re.search(rf"\b{name.rpartition('.')[2]}\b", rows()[name]["call"])


@pytest.mark.parametrize("name", rows())
def test_the_address_of_the_documentation_has_the_form_of_pytorchs(name):
    form = (
        r"https://docs\.pytorch\.org/(docs|vision)/stable/"
        r"((models/)?generated/[\w.]+\.html|[a-z_.]+\.html(?=#))(#[\w.]+)?"
    )
    address = table.address(name)
    assert re.fullmatch(form, address)
    assert ("/vision/" in address) == name.startswith("torchvision")
    assert name.rpartition(".")[2] in address


def test_the_addresses_of_functions_without_a_page_lead_to_their_like():
    for name in ("torch.relu", "torch.log_softmax"):
        assert not getattr(torch, name[6:]).__doc__, "it has a page by now"
        assert "torch.nn.functional" in table.address(name)


# Reading code

IMPORTS = "import torch\nfrom torch import nn\nimport numpy as np\nimport d2lutils as d2l\n"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import torch as t\nt.exp(x)", ["torch.exp"]),
        ("from torch.nn import functional as F\nF.relu(x)", ["torch.nn.functional.relu"]),
        ("from torch import nn\nF = nn.functional\nF.relu(x)", ["torch.nn.functional.relu"]),
        ("from torch.optim import SGD", []),
        ("from torch.optim import SGD\nSGD(p, 0.1)", ["torch.optim.SGD"]),
        ("from torch.utils import data\ndata.Subset(d, [0])", ["torch.utils.data.Subset"]),
        ("from torchvision.transforms import v2\nv2.ToImage()",
         ["torchvision.transforms.v2.ToImage"]),
        ("import torch\nrelu = torch.relu\nrelu(x)", ["torch.relu"]),
        ("import torch\nclass A(torch.nn.Module): pass", ["torch.nn.Module"]),
        ("import torch\nx = torch.float32, torch.pi", []),
        ("import torch\ntorch.trace(x)", ["torch.trace"]),
        ("import torch\ntorch.Tensor.exp(x)", ["torch.Tensor", "torch.exp"]),
        ("import torch\n%timeit torch.exp(x)\nif x:\n    !pip list", []),
        ("relu(x)", []),
        ("code = 'import torch\\ntorch.exp(x)'", ["torch.exp"]),
        ("'''To begin, import torch, he said.'''", []),
    ],
)  # fmt: skip
def test_names_are_followed_to_where_they_come_from(code, names):
    assert torch_names(code) == names


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("x.exp()", "torch.exp"),
        ("x[0].grad.view(-1)", "Tensor.view"),
        ("net.eval()", "torch.nn.Module.eval"),
        ("trainer.step()", "torch.optim.Optimizer.step"),
        ("d2l.lenet().apply(f)", "torch.nn.Module.apply"),
        ("y = x.split(128)", "torch.split"),
        ("y = x.sort()", "torch.sort"),
        ("np.exp(x)", None),
        ("np.array([1]).sum()", None),
        ("d2l.softmax(x)", None),
        ("ax.scatter(x, y)", None),
        ("axes[0].scatter(x, y)", None),
        ("'a b'.split()", None),
        ("y = text.split(' ')", None),
        ("y = text.split()", None),
        ("words.sort()", None),
        ("y = x.std(ddof=1)", None),
        ("x.nobody()", None),
        ("x.exp", None),
    ],
)
def test_a_method_is_told_by_its_name_unless_it_is_surely_something_elses(call, name):
    assert torch_names(IMPORTS + call) == ([name] if name else [])


def test_a_name_counts_once_for_a_page_and_pages_stand_in_the_order_of_the_book(uses):
    for paths in uses.values():
        parts = [scan.PARTS.index(path.parent.name) for path in paths]
        assert parts == sorted(parts)
        assert len(set(paths)) == len(paths)


def test_a_page_of_tables_is_not_counted(tmp_path):
    (tmp_path / "basics").mkdir()
    for number, code in enumerate(["torch.exp(x)", "torch.exp(x)\nd2l.function_table('make')"]):
        cells = [{"cell_type": "code", "source": ["import torch\n", code]}]
        path = tmp_path / "basics" / f"0{number}-a.ipynb"
        path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert [p.name for p in torch_uses(tmp_path)["torch.exp"]] == ["00-a.ipynb"]


# What is shown


def shown(*groups, folder=NOTEBOOKS):
    """Return the Markdown of tables, with plain spaces."""
    return d2l.function_table(*groups, folder=folder)._repr_markdown_().replace("\xa0", " ")


def test_a_table_leads_to_the_documentation_and_to_the_pages():
    text = shown("choose")
    [line] = [line for line in text.splitlines() if "x.gather(" in line]
    link = "https://docs.pytorch.org/docs/stable/generated/torch.gather.html"
    assert line.startswith(f"| [`x.gather(dim, index)`]({link}) | (n, k), (n, m) → (n, m) |")
    assert "[basics 05](" in line and "05-softmax-regression-scratch.ipynb)" in line


def test_of_many_pages_the_first_are_named_and_the_rest_are_counted(uses):
    text = shown("reduce")
    [line] = [line for line in text.splitlines() if "`x.mean(" in line]
    assert line.count(".ipynb)") == table.SHOWN
    assert f"and {len(uses['torch.mean']) - table.SHOWN} more |" in line


def test_every_row_has_as_many_cells_as_its_head():
    for folder, columns in ((NOTEBOOKS, 4), ("/nowhere", 3)):
        text = shown(*table.GROUPS, folder=folder)
        lines = [line for line in text.splitlines() if line.startswith("|")]
        assert len(lines) == len(rows()) + 2 * len(table.GROUPS)
        assert {len(re.findall(r"(?<!\\)\|", line)) - 1 for line in lines} == {columns}


def test_signs_of_markdown_are_shown_as_they_are():
    text = shown("layers")
    assert r"(n, d\_in) → (n, d\_out)" in text and r"(n, c, \*size)" in text


def test_without_the_notebooks_the_pages_are_left_out_and_a_sentence_says_so(tmp_path):
    text = shown("losses", folder=tmp_path)
    assert "left out" in text and "Used on" not in text


def test_a_group_that_is_not_known_is_named():
    with pytest.raises(ValueError, match="'loses'"):
        d2l.function_table("loses")
    with pytest.raises(TypeError, match="groups"):
        d2l.function_table()
