"""The computational graph in Python: how statements are read, and what is refused."""

import pytest

from d2lutils.widgets.graph import Graph, read_graph

NET = "z = w * x + b\nL = (relu(z) - y) ** 2 / 2"
VALUES = {"w": 0.5, "x": 2, "b": -0.4, "y": 1}


def test_every_value_comes_after_what_it_is_made_of():
    nodes, names = read_graph(NET)
    assert names == ["z", "L"]
    assert all(arg < index for index, node in enumerate(nodes) for arg in node.args)
    assert [node.text for node in nodes if node.op == "input"] == ["w", "x", "b", "y"]
    assert [node.title for node in nodes if node.title] == ["z = w·x + b", "L = (relu(z) − y)²/2"]


def test_edges_lead_downward_and_no_two_boxes_share_a_place():
    nodes, _ = read_graph(NET)
    assert all(nodes[arg].level < node.level for node in nodes for arg in node.args)
    places = [(node.level, node.place) for node in nodes]
    assert len(set(places)) == len(places)


def test_a_name_used_twice_is_one_node():
    nodes, _ = read_graph("L = w * x + w")
    assert [node.text for node in nodes].count("w") == 1


@pytest.mark.parametrize(
    ("expression", "numbers"),
    [
        ("3 - x", (-1, 3)),
        ("x - 3", (1, -3)),
        ("x / 4", (0.25, 0)),
        ("2 * x", (2, 0)),
        ("-x", (-1, 0)),
    ],
)
def test_constants_become_part_of_the_operation(expression, numbers):
    nodes, _ = read_graph(f"L = {expression}")
    assert [node.op for node in nodes] == ["input", "affine"]
    assert nodes[1].numbers == numbers


@pytest.mark.parametrize(
    ("statements", "values", "says"),
    [
        (NET, {**VALUES, "q": 1}, "q is no input"),
        ("L = w * x", {"x": 1}, "w is used before it is defined"),
        ("L = w * x", {"x": 1, "w": "two"}, "w must be a number"),
        ("L = sin(x)", {"x": 1}, "none of"),
        ("L = x / 0", {"x": 1}, "divides by zero"),
        ("L = x ** y", {"x": 1, "y": 1}, "none of"),
        ("x + 1", {"x": 1}, "must assign"),
        ("L = x", {"x": 1}, "computes nothing"),
        ("z = x + 1\nz = z * 2", {"x": 1}, "stands for a value already"),
        ("L = (x", {"x": 1}, "statements must be lines"),
        ("", {}, "statements"),
    ],
)
def test_what_is_no_graph_is_refused_with_the_reason(statements, values, says):
    with pytest.raises((TypeError, ValueError), match=says):
        Graph(statements, **values)
