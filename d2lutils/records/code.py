"""A hash of the code that decides what a training run gives.

Recorded runs carry it, so that a page can say when its runs come from earlier
code. It follows a function through the names it uses: functions, classes and
simple constants of its own notebook and of d2lutils, as deep as they go. It
does not follow other libraries. Comments, formatting, docstrings, annotations and the
words of errors do not count, and the same code gives the same hash on every Python version.
"""

from __future__ import annotations

import ast
import builtins
import copy
import functools
import hashlib
import importlib
import inspect
import linecache
import symtable
import types
from collections.abc import Iterator

PACKAGE = __name__.partition(".")[0]
# What these do cannot change a run's numbers: they draw, refuse arguments, or fetch
# files whose content a checksum fixes. A change in them must void no record.
APART = tuple(f"{PACKAGE}.{name}" for name in (
    "checks", "plotting", "widgets", "records", "experiment", "report",
    "data.datasets", "data.sources", "data.storage"))
_SIMPLE = (int, float, complex, str, bytes, bool, type(None))


def code_hash(*functions) -> str:
    """Return 16 hexadecimal digits that name the code of `functions` and of what they use.

    Read are, recursively and through globals, closures, default values, decorators and
    base classes: the functions and classes defined where the given functions are (a
    notebook, a script) or in d2lutils, and constants made of numbers, strings, tuples,
    lists, dicts and sets. Everything is looked up as it stands at the moment of the call.

    Raises
    ------
    ValueError
        If the source of one of `functions` cannot be found.

    Examples
    --------
    >>> from d2lutils.metrics import accuracy
    >>> len(code_hash(accuracy))
    16
    """
    found: dict[object, tuple] = {}  # id -> (what was read, kept alive; its text)
    for function in functions:
        function = inspect.unwrap(function)
        home = function.__module__
        _read(function, home, found)
        if not found.get(id(function), ('', ''))[1]:
            raise ValueError(f"the source of {function.__qualname__} cannot be found: "
                             "define it in a notebook cell or a file")
    text = "\n".join(sorted({line for _, line in found.values()}))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read(thing, home: str, found: dict, name: str = "") -> None:
    """Add to `found` the text of `thing` and of whatever it uses."""
    if isinstance(thing, functools.partial):
        for part in (thing.func, thing.args, thing.keywords):
            _read(part, home, found, name)
        return
    if callable(thing) and hasattr(thing, "__wrapped__"):
        thing = inspect.unwrap(thing)
    if id(thing) in found:
        return
    if isinstance(thing, (types.FunctionType, types.MethodType, type)):
        if _ours(thing.__module__, home):
            _read_definition(getattr(thing, "__func__", thing), home, found)
    elif _is_simple(thing):
        # Keyed by name too: two names may share one constant.
        found[name, id(thing)] = (thing, f"{name} = {_constant(thing)}")
    elif isinstance(thing, (list, tuple, dict)):  # of functions, say
        found[id(thing)] = (thing, "")
        for part in thing.values() if isinstance(thing, dict) else thing:
            _read(part, home, found, name)
    elif _ours(type(thing).__module__, home):  # an object whose class is ours
        _read(type(thing), home, found)


def _ours(module: str | None, home: str) -> bool:
    if module == home:
        return True
    inside = module is not None and (module == PACKAGE or module.startswith(PACKAGE + "."))
    return inside and not any(module == m or module.startswith(m + ".") for m in APART)


def _read_definition(thing, home: str, found: dict) -> None:
    node = _find_definition(thing)
    found[id(thing)] = (thing, _dump(node) if node else "")
    for base in getattr(thing, "__bases__", ()):
        _read(base, home, found)
    if node is None:
        if isinstance(thing, type):  # a class without methods: its attributes are all it has
            plain = {k: v for k, v in vars(thing).items() if k[:2] != "__" and _is_simple(v)}
            found[id(thing)] = (thing, f"class {thing.__name__} {_constant(plain)}")
        return
    method = next(_functions(thing), thing)
    scope = dict(vars(builtins)) | getattr(method, "__globals__", {})
    for function in _functions(thing):
        for free, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            try:
                scope[free] = cell.cell_contents
            except ValueError:  # not filled yet: a function that refers to itself
                continue
    for name, used in _used_values(node, scope):
        _read(used, home, found, name)


def _functions(thing) -> Iterator[types.FunctionType]:
    """Yield the function itself, or the functions written in a class."""
    members = vars(thing).values() if isinstance(thing, type) else [thing]
    for member in members:
        member = member.fget if isinstance(member, property) else member
        member = inspect.unwrap(getattr(member, "__func__", member))
        if isinstance(member, types.FunctionType):
            if not isinstance(thing, type) or member.__module__ == thing.__module__:
                yield member


@functools.lru_cache(maxsize=64)
def _parse_file(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except SyntaxError:
        return None


def _find_definition(thing) -> ast.AST | None:
    """Return the definition's tree as `_Bare` leaves it, or None.

    inspect.getsource finds no class that a notebook defines, and splits lambdas badly;
    so the whole file (for a notebook: the cell, kept in linecache) is parsed instead.
    """
    for function in _functions(thing):
        code = function.__code__
        tree = _parse_file("".join(linecache.getlines(code.co_filename, function.__globals__)))
        for node in ast.walk(tree) if tree else ():
            if isinstance(thing, type):
                fits = (isinstance(node, ast.ClassDef) and node.name == thing.__name__
                        and node.lineno <= code.co_firstlineno <= node.end_lineno)
            elif isinstance(node, ast.Lambda):
                fits = code.co_name == "<lambda>" and node.lineno == code.co_firstlineno
            else:
                fits = (isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
                        and node.name == code.co_name
                        and code.co_firstlineno in (node.lineno, *(d.lineno for d in
                                                                   node.decorator_list)))
            if fits:
                return _Bare().visit(copy.deepcopy(node))
    return None


class _Bare(ast.NodeTransformer):
    """Takes out of a tree what does not count, and what differs between Python versions."""

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.visit_ClassDef(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return self.generic_visit(node)

    def visit_Raise(self, node):
        return ast.Raise()  # what an error says changes no run that has ended well

    def visit_JoinedStr(self, node):
        # Python 3.12 puts an empty string at the end of some.
        node.values = [v for v in node.values if getattr(v, "value", None) != ""]
        return self.generic_visit(node)

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_AnnAssign(self, node):
        # In a class a bare `x: int` makes a dataclass field, so its name counts.
        value = node.value or ast.Constant(None)
        return ast.Assign(targets=[node.target], value=self.visit(value))


def _dump(node) -> str:
    """Write a tree as text; ast.dump and ast.unparse differ between Python versions."""
    if isinstance(node, ast.AST):
        fields = ((k, _dump(v)) for k, v in sorted(ast.iter_fields(node))
                  if k not in ("ctx", "kind", "type_comment") and v not in (None, []))
        if isinstance(node, ast.Constant):
            fields = [("value", _constant(node.value))]
        return f"{type(node).__name__}({', '.join(f'{k}={v}' for k, v in fields)})"
    if isinstance(node, list):
        return f"[{', '.join(map(_dump, node))}]"
    return repr(node)


def _used_values(node: ast.AST, scope: dict) -> Iterator[tuple[str, object]]:
    """Yield name and value of what a definition takes from outside itself."""
    node = ast.fix_missing_locations(node)
    table = symtable.symtable(ast.unparse(node), "<definition>", "exec")
    outside = {name for name in _global_names(table) if name[:2] != "__"}  # __name__ varies
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in outside and part.id in scope:
            yield part.id, scope[part.id]
        elif isinstance(part, ast.Attribute):
            yield from _through_module(part, outside, scope)
        elif isinstance(part, ast.ImportFrom) and (part.level or _is_package(part.module)):
            base = scope.get("__package__") if part.level else None
            module = importlib.import_module("." * part.level + (part.module or ""), base)
            for alias in part.names:
                yield alias.name, getattr(module, alias.name, None)


def _is_package(module: str | None) -> bool:
    return (module or "").partition(".")[0] == PACKAGE


def _through_module(part: ast.Attribute, outside: set, scope: dict) -> Iterator[tuple]:
    """Yield what `d2l.name` or `d2l.module.name` stands for."""
    names = [part.attr]
    while isinstance(part := part.value, ast.Attribute):
        names.append(part.attr)
    if not (isinstance(part, ast.Name) and part.id in outside):
        return
    value = scope.get(part.id)
    for name in reversed(names):
        if not (isinstance(value, types.ModuleType) and _is_package(value.__name__)):
            return
        value = getattr(value, name, None)
    yield names[0], value


def _global_names(table: symtable.SymbolTable) -> set[str]:
    """Return the names that a definition, alone in a file, would look up as globals."""
    if table.get_type() == "module":
        names = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    else:
        names = {s.get_name() for s in table.get_symbols() if s.is_global()}
    return names.union(*map(_global_names, table.get_children()))


def _is_simple(value) -> bool:
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(map(_is_simple, value))
    if isinstance(value, dict):
        return all(_is_simple(k) and _is_simple(v) for k, v in value.items())
    return type(value) in _SIMPLE


def _constant(value) -> str:
    """Write a simple value; sets and dicts in an order that does not vary."""
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(map(_constant, value)))}}}"
    if isinstance(value, dict):
        return _constant({(k, _constant(v)) for k, v in value.items()})
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}({', '.join(map(_constant, value))})"
    return repr(value)
