"""The computational graph in a browser: its numbers against autograd, and its controls."""

import math

import pytest
import torch
from playwright.sync_api import expect
from test_components_kit import cell, html_page, visit  # noqa: F401

from d2lutils.widgets.base import bundle
from d2lutils.widgets.graph import FUNCTIONS, Graph, read_graph

NET = "z = w1 * x + b1\nh = relu(z)\no = w2 * h + b2\nL = (o - y) ** 2 / 2"
START = {"w1": 0.5, "x": 2, "b1": -0.4, "w2": 1.5, "b2": 0.1, "y": 2}
GRAPHS = [
    NET,
    "L = w * x + w",
    "a = exp(x) / (1 + y)\nL = log(a) - tanh(x * y) * a ** 3",
    "s = sigmoid(3 - 2 * x)\nL = s * (1 - s) + x / y - s",
]


def graph():
    return Graph(NET, caption="Step through it.", **START)


@pytest.mark.parametrize("statements", GRAPHS)
def test_values_and_gradients_are_those_of_autograd(visit, statements):  # noqa: F811
    nodes, _ = read_graph(statements)
    names = [node.text for node in nodes if node.op == "input"]
    values = dict(zip(names, (0.7, 1.3, -0.6, 1.1, 0.4, 2.0), strict=False))
    tensors = {n: torch.tensor(v, dtype=torch.float64, requires_grad=True) for n, v in values.items()}
    scope = {**{name: getattr(torch, name) for name in FUNCTIONS}, **tensors}
    exec(statements, scope)
    scope["L"].backward()

    page = visit(html_page(""))
    state = Graph(statements, **values).state()
    script = bundle("graph.js").replace("export default { render };", "")
    found = page.evaluate(
        f"([nodes, inputs]) => {{ {script}\nreturn evaluateGraph(nodes, inputs, 1e3); }}",
        [state["nodes"], state["inputs"]],
    )
    for node, value, gradient in zip(nodes, found["values"], found["gradients"], strict=True):
        if node.op == "input":
            assert math.isclose(gradient, tensors[node.text].grad.item(), rel_tol=1e-12), node.text
        elif node.text in scope:
            assert math.isclose(value, scope[node.text].item(), rel_tol=1e-12), node.text


def test_steps_fill_in_values_and_then_gradients(visit):  # noqa: F811
    page = visit(html_page(graph().html()))
    status, following = page.get_by_role("status"), page.get_by_role("button", name="Next")
    following.click()
    expect(status).to_have_text("Forward: w1·x = 1.")
    page.get_by_label("step", exact=True).press("End")
    expect(status).to_contain_text("∂L/∂w1 = −1.50 · 2 = −3;")
    expect(following).to_be_disabled()
    assert page.locator(".d2l-node-gradient").evaluate_all("e => e.every(t => t.textContent)")
    page.get_by_role("button", name="Back").click()
    expect(status).to_contain_text("Backward through z")


def test_a_new_input_changes_the_numbers_and_reset_brings_the_old_back(visit):  # noqa: F811
    page = visit(html_page(graph().html()))
    page.get_by_label("step", exact=True).press("End")
    page.get_by_label("b1", exact=True).fill("-3")  # ReLU is shut: nothing passes
    expect(page.get_by_role("status")).to_contain_text("∂L/∂w1 = 0 · 2 = 0;")
    page.get_by_label("b1", exact=True).fill("")
    expect(page.get_by_role("status")).to_have_text("b1 has to be a number.")
    page.get_by_role("button", name="Reset").click()
    assert page.get_by_label("b1", exact=True).input_value() == "-0.4"
    expect(page.get_by_role("status")).to_contain_text("Only the inputs have values")


def test_a_value_used_twice_adds_its_gradients(visit):  # noqa: F811
    page = visit(html_page(Graph("L = w * x + w", w=3, x=2).html()))
    page.get_by_label("step", exact=True).press("End")
    expect(page.get_by_role("status")).to_contain_text("∂L/∂w = 1 + 1 · 2 = 3;")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_jumps(visit, theme):  # noqa: F811
    from axe_playwright_python.sync_playwright import Axe

    page = visit(html_page(cell(graph().html()), theme, sheets=True), width=360)
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
