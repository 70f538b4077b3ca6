"""The reference of d2lutils: an entry for every public name, made from its docstring.

    ```{eval-rst}
    .. names:: data.loaders data.images
    ```

gives the entries of the public names of these modules, those of their submodules included, and
`.. overview:: reference/data` one line for each entry of that page. A public name without an entry is a warning, and so ends a
build in which warnings are errors.
"""

import ast
import functools
import importlib
import inspect
import itertools
import pkgutil
import re
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx import addnodes
from sphinx.pycode import ModuleAnalyzer
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.inspect import signature as evaluated_signature
from sphinx.util.inspect import stringify_annotation

logger = logging.getLogger(__name__)

PACKAGE = "d2lutils"
DASH = " – "
NAMES = re.compile(r"^\.\. names:: (.+)$", re.MULTILINE)  # as a page of the reference has it
INTERNAL = "lines, payloads, state, still_html, still_png"  # how components hand themselves to a page


@dataclass(frozen=True)
class Public:
    """A public name: its path from the package, the module that defines it, and what it stands for.

    The path is `d2lutils.name` where the package offers the name itself.
    """

    path: str
    module: str
    thing: object

    @property
    def kind(self):
        """The directive that makes its entry."""
        if inspect.isclass(self.thing):
            return "autoexception" if issubclass(self.thing, BaseException) else "autoclass"
        return "autofunction" if inspect.isfunction(self.thing) else "py:data"

    def words(self):
        """Return its documentation as lines: the docstring, or the `#:` comment of a constant."""
        if self.kind != "py:data":
            return inspect.getdoc(self.thing).splitlines()
        if inspect.ismodule(self.thing):
            return [f"The module ``{self.thing.__name__}``."]
        comments = ModuleAnalyzer.for_module(self.module).find_attr_docs()
        return comments.get(("", self.path.rpartition(".")[2]), [])


@functools.cache
def public_names():
    """Return the names in the modules' `__all__`, by their paths; those that `d2l` has first.

    >>> public_names()["d2lutils.sgd"].module
    'd2lutils.steps'
    """
    package = importlib.import_module(PACKAGE)
    found = {}
    for module in pkgutil.walk_packages(package.__path__, f"{PACKAGE}."):
        if module.name.endswith("__main__"):  # importing it would run it
            continue
        for name in getattr(importlib.import_module(module.name), "__all__", []):
            thing = getattr(importlib.import_module(module.name), name)
            home = getattr(thing, "__module__", module.name)  # constants: the innermost one
            flat = getattr(package, name, None) is thing
            path = f"{PACKAGE}.{name}" if flat else f"{home}.{name}"
            found[path] = Public(path, home, thing)
    return {path: found[path] for path in sorted(found, key=lambda p: (p.count("."), p.lower()))}


def chosen(modules):
    """Return the public names of some modules, named from the package on.

    >>> [public.path for public in chosen(["devices"])][:2]
    ['d2lutils.cut_epochs', 'd2lutils.fast_mode']
    """
    homes = tuple(f"{PACKAGE}.{module}." for module in modules)
    return [name for name in public_names().values() if f"{name.module}.".startswith(homes)]


def strip_docstrings(code):
    r"""Return the code of a definition without its docstrings, or "" where nothing else is in it.

    >>> strip_docstrings("def f(x):\n    'Double.'\n\n    return 2 * x\n")
    'def f(x):\n    return 2 * x\n'
    >>> strip_docstrings("class Trouble(OSError):\n    'No luck.'\n")
    ''
    """
    lines = code.splitlines(keepends=True)
    [definition] = ast.parse(code).body
    if ast.get_docstring(definition) and len(definition.body) == 1:
        return ""
    for node in ast.walk(definition):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            words = node.body[0]
            after = words.end_lineno
            while after < len(lines) and not lines[after].strip():
                after += 1
            for line in range(words.lineno - 1, after):
                lines[line] = ""
    return "".join(lines)


class Names(SphinxDirective):
    """Put the entries of the public names of some modules in the page."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        container = nodes.container()
        for name in chosen(self.arguments[0].split()):
            container += self.entry(name)
        return container.children

    def entry(self, name):
        """Return the entry of a name: what Sphinx makes of its docstring, and its source."""
        module, _, short = name.path.rpartition(".")
        lines = [f".. {name.kind}:: {name.path}"]
        if name.kind == "autoclass":
            lines += ["   :members:", f"   :exclude-members: {INTERNAL}"]
        elif name.kind == "py:data":
            lines[0] = f".. py:data:: {short}"
            lines += [f"   :module: {module}", "", *(f"   {line}" for line in name.words())]
        parsed = nodes.Element()
        self.state.nested_parse(StringList(lines, self.get_location()), 0, parsed)
        for place in parsed.findall(addnodes.desc_addname):
            if place.astext() == f"{PACKAGE}.":
                place[:] = [nodes.Text("d2l.")]
        for node in parsed.findall(nodes.Element):
            node["support_smartquotes"] = False  # quotes are those of Python here
        for text in list(parsed.findall(nodes.Text)):
            if isinstance(text.parent, nodes.paragraph):
                text.parent.replace(text, nodes.Text(text.replace(" -- ", DASH)))
        for items in parsed.findall(nodes.bullet_list):
            join_alike(items)
        if name.kind != "py:data":
            content = next(parsed.findall(addnodes.desc_content))
            content += self.fold(name)
        return parsed.children

    def fold(self, name):
        """Return the source of a name, folded; nothing where the docstring is all of it."""
        lines, first = inspect.getsourcelines(inspect.unwrap(name.thing))
        code = strip_docstrings("".join(lines))
        if not code:
            return []
        file = Path(importlib.import_module(name.module).__file__)
        file = file.relative_to(Path(importlib.import_module(PACKAGE).__file__).parents[1])
        prompt = f"source ({file.as_posix()}, line {first})"
        block = nodes.literal_block(code, code, language="python")
        return [HideCodeCellNode("", block, prompt_show=prompt, classes=["source"])]


def join_alike(items):
    """Let parameters that follow each other with the same words share them."""
    heads, words = nodes.Element(), None
    for item in list(items):
        line = item[0].children
        at = next((i for i, node in enumerate(line) if node == DASH), len(line))
        before, words = words, [*map(str, line[at:]), *map(str, item[1:])]
        if words and words == before:
            heads += [nodes.Text(", "), *line[:at]]
            items.remove(item)
        else:
            heads = nodes.inline("", "", *line[:at])
            item[0][:at] = [heads]


class Overview(SphinxDirective):
    """Put one line for each public name that a page of the reference has: a link and a summary."""

    required_arguments = 1

    def run(self):
        _, page = self.env.relfn2path(f"{self.arguments[0]}.md")
        self.env.note_dependency(page)
        modules = NAMES.findall(Path(page).read_text("utf-8"))
        lines = []
        for name in chosen(" ".join(modules).split()):
            summary = " ".join(itertools.takewhile(str.strip, name.words()))
            lines += [f":py:obj:`{shown(name.path)} <{name.path}>`", f"   {summary}", ""]
        parsed = nodes.Element()
        self.state.nested_parse(StringList(lines, self.get_location()), 0, parsed)
        return parsed.children


def shown(path):
    """Return a path as code writes it after `import d2lutils as d2l`."""
    return re.sub(rf"^{PACKAGE}\.(\w+)$", r"d2l.\1", path)


def show_types(app, what, name, thing, options, signature, result):
    """Say after a function's parameters what it returns; the list below says the types of these.

    Those of a class stand with its `__init__`, where autodoc does not evaluate them.
    """
    types = app.env.temp_data["annotations"].get(name, {})
    types.pop("return", None)
    if what == "class":
        parameters = evaluated_signature(thing.__init__).parameters.values()
        given = {p.name: p.annotation for p in parameters if p.annotation is not p.empty}
        types.update({key: stringify_annotation(value, "smart") for key, value in given.items()})
    elif what in ("function", "method"):
        given = evaluated_signature(thing).return_annotation
        if given not in (None, type(None), inspect.Signature.empty):
            return signature, stringify_annotation(given, "smart")


def split_attributes(app, what, name, thing, options, lines):
    """Describe attributes one by one, where napoleon leaves several in one field."""
    several = re.compile(r"^:(ivar|vartype) (\w+(?:, \w+)+):(.*(?:\n[ ].*)*)", re.MULTILINE)

    def one_by_one(field):
        kind, names, words = field.groups()
        return "\n".join(f":{kind} {name}:{words}" for name in names.split(", "))

    lines[:] = several.sub(one_by_one, "\n".join(lines)).split("\n")


def warn_of_missing(app, env):
    """Warn of public names without an entry."""
    entries = env.get_domain("py").objects
    for path, name in public_names().items():
        if path not in entries:
            logger.warning(
                "%s is on no page of the reference: add its module %s to one in book/reference",
                path,
                name.module,
            )


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.add_directive("names", Names)
    app.add_directive("overview", Overview)
    app.connect("autodoc-process-signature", show_types)
    app.connect("autodoc-process-docstring", split_attributes)
    app.connect("env-check-consistency", warn_of_missing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
