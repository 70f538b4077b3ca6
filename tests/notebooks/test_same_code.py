"""What a page builds is what the package has.

A function or class that a notebook defines under a name of the package is the same code there,
docstrings, annotations and argument checks aside. The few of which a page shows a plainer version
are named below, and give the same numbers.
"""

import ast
import inspect
from pathlib import Path

import nbformat
import pytest
import torch

import d2lutils as d2l
from d2lutils.data import TensorLoader

ROOT = Path(__file__).resolve().parents[2]
CHECKS = {
    "positive_int",
    "number_in",
    "one_of",
    "_check_length",
    "_check_model",
    "check_step",
    "tensors",
}
# The package's versions check their input, are faster, or do more: compared by their numbers.
PLAINER_ON_THE_PAGE = {
    "Accumulator",
    "Animator",
    "accuracy",
    "evaluate_accuracy",
    "load_array",
    "nesterov",
    "sgd_momentum",
    "train_ch3",
    "train_epoch_ch3",
}


class Essence(ast.NodeTransformer):
    """Drop docstrings, annotations and argument checks."""

    def body(self, node):
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        self.generic_visit(node)
        node.body = [statement for statement in node.body if not is_check(statement)]
        return node

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.body(node)

    visit_ClassDef = body

    def visit_For(self, node):
        self.generic_visit(node)
        node.body = [statement for statement in node.body if not is_check(statement)]
        return node

    def visit_Call(self, node):
        """Put the argument in the place of its check: x = positive_int("x", x) becomes x = x."""
        self.generic_visit(node)
        return node.args[1] if getattr(node.func, "id", None) in CHECKS else node

    def visit_arg(self, node):
        node.annotation = None
        return node


def is_check(statement) -> bool:
    """Say whether a statement does nothing but refuse arguments: see visit_Call above."""
    if isinstance(statement, ast.If) and not statement.orelse:
        return all(isinstance(inner, ast.Raise) for inner in statement.body)
    if isinstance(statement, ast.Assign):
        return ast.unparse(statement.targets) == ast.unparse(statement.value)
    return isinstance(statement, ast.Expr) and isinstance(statement.value, (ast.Name, ast.Tuple))


def essence(source: str) -> str:
    return ast.unparse(Essence().visit(ast.parse(source)))


def blocks_on_pages():
    """Return (page, name, source) of each block that has the name of a public one."""
    found = []
    for path in sorted((ROOT / "notebooks").glob("*/*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            tags = set(cell.metadata.get("tags", []))
            if cell.cell_type != "code" or tags & {"setup", "solution"}:
                continue
            for node in ast.parse(cell.source).body:
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and hasattr(d2l, node.name):
                    found.append((path.stem, node.name, ast.unparse(node)))
    return found


BLOCKS = blocks_on_pages()


def test_pages_build_what_the_package_has():
    assert {"linreg", "squared_loss", "sgd", "softmax", "cross_entropy"} <= {b[1] for b in BLOCKS}


@pytest.mark.parametrize("page, name, source", BLOCKS, ids=lambda value: str(value)[:40])
def test_a_block_on_a_page_is_the_code_of_the_package(page, name, source):
    if name in PLAINER_ON_THE_PAGE:
        assert page_block(name)  # compared by its numbers below
        return
    assert essence(source) == essence(inspect.getsource(getattr(d2l, name)))


def page_block(name: str):
    """Run the pages' blocks, and return the one called `name`."""
    space = {"torch": torch, "nn": torch.nn, "d2l": d2l}
    for _, _, source in BLOCKS:
        exec(source, space)
    return space[name]


def batches():
    generator = torch.Generator().manual_seed(3)
    X = torch.rand(40, 1, 28, 28, generator=generator)
    y = torch.randint(10, (40,), generator=generator)
    return TensorLoader((X, y), 16, shuffle=False)


def model():
    generator = torch.Generator().manual_seed(4)
    W = torch.normal(0, 0.01, (784, 10), generator=generator).requires_grad_()
    b = torch.zeros(10, requires_grad=True)
    return W, b, lambda X: d2l.softmax(X.reshape(-1, 784) @ W + b)


def test_train_epoch_of_the_page_and_of_the_package_end_in_the_same_numbers():
    ends = []
    for train_epoch in (page_block("train_epoch_ch3"), d2l.train_epoch_ch3):
        W, b, net = model()
        for _ in range(3):
            measured = train_epoch(
                net, batches(), d2l.cross_entropy, lambda n: d2l.sgd([W, b], 0.1, n)
            )
        ends.append((W.detach(), torch.tensor(measured)))
    assert torch.allclose(ends[0][0], ends[1][0], atol=1e-7)
    assert torch.allclose(ends[0][1], ends[1][1], atol=1e-6)


def test_accuracy_of_the_page_and_of_the_package_agree():
    _, _, net = model()
    X, y = next(iter(batches()))
    assert page_block("accuracy")(net(X), y) == d2l.accuracy(net(X), y)
    assert page_block("evaluate_accuracy")(net, batches()) == d2l.evaluate_accuracy(net, batches())


def test_running_sums_of_the_page_and_of_the_package_agree():
    for Sums in (page_block("Accumulator"), d2l.Accumulator):
        metric = Sums(2)
        metric.add(1, torch.tensor(2.5))
        metric.add(0.5, 1)
        assert (metric[0], metric[1]) == (1.5, 3.5)


@pytest.mark.parametrize("name", ["sgd_momentum", "nesterov"])
def test_momentum_of_the_page_and_of_the_package_walk_the_same_path(name):
    paths = []
    for update in (page_block(name), getattr(d2l, name)):
        x = torch.tensor([[-5.0], [-2.0]], requires_grad=True)
        velocity, path = torch.zeros_like(x), []
        for _ in range(20):
            (torch.tensor([[0.1], [2.0]]) * x**2).sum().backward()
            update([x], [velocity], {"lr": 0.3, "momentum": 0.6})
            path.append(torch.cat([x.detach(), velocity, x.grad]))
        paths.append(torch.stack(path))
    assert torch.allclose(*paths, atol=1e-6)
