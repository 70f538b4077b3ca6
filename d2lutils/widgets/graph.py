"""Graph: a computational graph to step through, values forward and gradients back."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ..checks import number_in
from .base import Component, paragraph
from .questions import checked_text
from .still import text_png

__all__ = ["Graph"]

FUNCTIONS = ("relu", "sigmoid", "tanh", "exp", "log")
OPERATIONS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
# An operation with a constant is a factor and a summand: x - 3 is 1 x + (-3), 3 - x is -1 x + 3.
CONSTANT_RIGHT = {
    ast.Add: lambda c: (1.0, c),
    ast.Sub: lambda c: (1.0, -c),
    ast.Mult: lambda c: (c, 0.0),
    ast.Div: lambda c: (1 / c, 0.0),
}
CONSTANT_LEFT = {
    ast.Add: lambda c: (1.0, c),
    ast.Sub: lambda c: (-1.0, c),
    ast.Mult: lambda c: (c, 0.0),
}


@dataclass
class Node:
    """One value of the graph: an input, or an operation on earlier values.

    `text` is its name, or its expression where it has none; `title` stands in its box. `numbers`
    are the constants of an operation: the exponent of "pow", factor and summand of "affine".
    `level` and `place` say where it is drawn: the row, and the position in it.
    """

    op: str
    text: str
    args: tuple[int, ...] = ()
    numbers: tuple[float, ...] = ()
    title: str = ""
    level: int = 0
    place: int = 0


class Graph(Component):
    """The graph of a few scalar statements, which the reader steps through and changes.

    Parameters
    ----------
    statements
        Assignments of sums, differences, products, quotients, powers with a constant exponent,
        and relu, sigmoid, tanh, exp, log. Names that none before has defined are inputs. The
        last one gives the result, whose gradients are shown.
    caption
        Plain text above: what to try.
    **inputs
        The starting value of each input.

    Raises
    ------
    ValueError
        If a statement is none of these, an input has no value, or a value has no input.

    Examples
    --------
    >>> Graph("h = relu(w * x); L = (h - y) ** 2 / 2", w=0.5, x=2, y=3)
    Graph(w = 0.5, x = 2, y = 3 -> L; 5 operations)
    """

    script = "graph.js"

    def __init__(self, statements: str, *, caption: str = "", **inputs: float) -> None:
        self.statements, self.caption = checked_text("statements", statements), str(caption)
        self.nodes, names = read_graph(statements)
        self.result = names[-1]
        wanted = [node.text for node in self.nodes if node.op == "input"]
        for name in wanted:
            if name not in inputs:
                raise ValueError(f"{name} is used before it is defined: give it a value, {name}=1")
        for name in inputs:
            if name not in wanted:
                raise ValueError(f"{name} is no input of the graph; its inputs: {wanted}")
        self.inputs = {name: number_in(name, inputs[name]) for name in wanted}

    def state(self) -> dict:
        nodes = [
            {"op": n.op, "text": n.text, "title": n.title or n.text, "args": n.args,
             "numbers": n.numbers, "level": n.level, "place": n.place}
            for n in self.nodes
        ]
        return {"nodes": nodes, "inputs": self.inputs, "result": self.result,
                "caption": self.caption}

    def still_html(self) -> str:
        # The room that the drawing takes, so that nothing moves when the script runs.
        height = 7 + 4.1 * (1 + max(node.level for node in self.nodes))
        return (
            paragraph(self.caption, "caption")
            + f'<pre class="d2l-text" style="min-height:{height:.1f}rem">'
            + ast.unparse(ast.parse(self.statements)) + "</pre>"
        )

    def still_png(self) -> bytes:
        return text_png([self.caption, *self.statements.strip().splitlines()])

    def __repr__(self) -> str:
        values = ", ".join(f"{name} = {value:g}" for name, value in self.inputs.items())
        operations = sum(node.op != "input" for node in self.nodes)
        return f"Graph({values} -> {self.result}; {operations} operations)"


def read_graph(statements: str) -> tuple[list[Node], list[str]]:
    """Return the nodes of some statements, each after its arguments, and the names assigned."""
    try:
        lines = ast.parse(statements).body
    except SyntaxError as error:
        raise ValueError(
            f"statements must be lines such as 'z = w * x', got {error.text!r}"
        ) from None
    reader = Reader()
    for line in lines:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                reader.assign(name, value)
            case _:
                raise ValueError(f"each statement must assign to a name, got {ast.unparse(line)!r}")
    place(reader.nodes)
    return reader.nodes, [name for name in reader.names if name not in reader.free]


class Reader:
    """Turns expressions into nodes."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.names: dict[str, int] = {}
        self.free: set[str] = set()

    def assign(self, name: str, value: ast.expr) -> None:
        if name in self.names:
            raise ValueError(f"{name} stands for a value already; a name has one value in a graph")
        if isinstance(value, ast.Name):
            raise ValueError(f"{name} = {value.id} computes nothing")
        index = self.read(value)
        node = self.nodes[index]
        node.text, node.title = name, f"{name} = {node.text}"
        self.names[name] = index

    def read(self, value: ast.expr) -> int:
        """Add the nodes of an expression and return the last one's index."""
        text = ast.unparse(value).replace(" * ", "·").replace(" ** 2", "²").replace("-", "−")
        text = text.replace(" / ", "/")
        match value:
            case ast.Name(id=name):
                if name not in self.names:
                    self.free.add(name)
                    self.names[name] = self.add(Node("input", name))
                return self.names[name]
            case ast.UnaryOp(ast.USub(), operand):
                return self.unary("affine", text, operand, (-1.0, 0.0))
            case ast.BinOp(left, ast.Pow(), ast.Constant(power)):
                return self.unary("pow", text, left, (float(power),))
            case ast.BinOp(left, ast.Div(), ast.Constant(0)):
                raise ValueError(f"{ast.unparse(value)!r} divides by zero")
            case ast.BinOp(left, op, ast.Constant(number)) if type(op) in CONSTANT_RIGHT:
                return self.unary("affine", text, left, CONSTANT_RIGHT[type(op)](number))
            case ast.BinOp(ast.Constant(number), op, right) if type(op) in CONSTANT_LEFT:
                return self.unary("affine", text, right, CONSTANT_LEFT[type(op)](number))
            case ast.BinOp(left, op, right) if type(op) in OPERATIONS:
                args = self.read(left), self.read(right)
                return self.add(Node(OPERATIONS[type(op)], text, args))
            case ast.Call(ast.Name(id=name), [argument], []) if name in FUNCTIONS:
                return self.unary(name, text, argument, ())
        raise ValueError(
            f"{ast.unparse(value)!r} is none of +, -, *, /, a power with a constant exponent, "
            f"{', '.join(FUNCTIONS)}"
        )

    def unary(self, op: str, text: str, operand: ast.expr, numbers: tuple[float, ...]) -> int:
        return self.add(Node(op, text, (self.read(operand),), numbers))

    def add(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1


def place(nodes: list[Node]) -> None:
    """Give each node its place: operations as high as can be, inputs beside them, above their use."""
    for node in nodes:
        if node.args:
            node.level = 1 + max(nodes[i].level for i in node.args)
    for index, node in enumerate(nodes):
        if not node.args:
            node.level = min(n.level for n in nodes if index in n.args) - 1
    for level in range(1 + max(node.level for node in nodes)):
        row = [n for n in nodes if n.level == level]
        for position, node in enumerate(sorted(row, key=lambda n: n.op == "input")):
            node.place = position
