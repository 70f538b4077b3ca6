"""Links between the pages and the reference: from each use of a name, and back to the pages.

In code cells and in the text `d2l.name` becomes a link to the entry of the name; so does `name`
alone in the text of a notebook, unless the notebook's own code binds it. An entry ends with the
pages that use the name.
"""

import re

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from pygments.lexers import PythonLexer
from pygments.token import Name
from reference import PACKAGE, public_names
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util.nodes import make_refnode
from sphinx.writers.html5 import HTML5Translator

PYTHON = ("ipython3", "ipython", "python", "python3")
# A name of the package as Pygments writes it.
TOKENS = re.compile(
    r'<span class="n">d2l</span><span class="o">\.</span><span class="n">(\w+)</span>'
)
FEW = 6  # pages that an entry lists without a fold


def names_in(code):
    """Return the names that code takes from d2l, and those that stand in it alone.

    >>> names_in("net = d2l.sgd  # d2l.plot") == ({"sgd"}, {"net"})
    True
    """
    taken, alone, before = set(), set(), ("", "")
    for kind, text in PythonLexer().get_tokens(code):
        if kind in Name:
            if before == ("d2l", "."):
                taken.add(text)
            elif before[1] != ".":
                alone.add(text)
        before = (before[1], text)
    return taken, alone - {"d2l"}


def named_by(literal, is_known):
    """Return the name that a literal in the text stands for, or None.

    >>> known = {"sgd", "Timer"}.__contains__
    >>> named_by("d2l.Timer().stop()", known), named_by("sgd(...)", known), named_by("lr", known)
    ('Timer', 'sgd', None)
    """
    if match := re.match(r"d2l\.(\w+)", literal):
        return match[1]
    match = re.match(r"(\w+)(?=[.(]|$)", literal)
    return match[1] if match and is_known(match[1]) else None


def is_python(block):
    return block.get("language") in PYTHON


class LinkNames(SphinxTransform):
    """Make references of the names in a page's text, and note the names that the page uses."""

    default_priority = 700

    def apply(self):
        blocks = [block for block in self.document.findall(nodes.literal_block) if is_python(block)]
        used, alone = names_in("\n".join(block.astext() for block in blocks))
        linked = [node for node in self.document.findall(nodes.literal) if can_be_linked(node)]
        for literal in linked:
            if entry := entry_of(literal):
                name = named_by(literal.astext(), lambda n: is_public(n) and n != entry)
            else:
                name = named_by(
                    literal.astext(), lambda n: blocks and is_public(n) and n not in alone
                )
            if name:
                literal.replace_self(reference_to(name, literal.deepcopy()))
                used.add(name)
        if not f"{self.env.docname}/".startswith("book/reference/"):
            self.env.names_used[self.env.docname] = used


def is_public(name):
    return f"{PACKAGE}.{name}" in public_names()


def can_be_linked(literal):
    """Say whether a literal is neither in a link already nor in a heading, which others repeat."""
    above = (nodes.title, nodes.reference, addnodes.pending_xref, addnodes.desc_signature)
    parent = literal.parent
    while parent is not None and not isinstance(parent, above):
        parent = parent.parent
    return parent is None


def entry_of(node):
    """Return the name whose entry in the reference a node belongs to, or None."""
    while node is not None:
        if isinstance(node, addnodes.desc) and is_public(name := name_of(node)):
            return name
        node = node.parent


def name_of(entry):
    return entry[0].get("fullname", "")


def reference_to(name, content):
    """Return a reference to the entry of a name; Sphinx warns where there is none."""
    return addnodes.pending_xref(
        "",
        content,
        refdomain="py",
        reftype="obj",
        reftarget=f"{PACKAGE}.{name}",
        refexplicit=True,
        refwarn=True,
    )


def visit_literal_block(translator, node):
    """Write code as Sphinx does, with its names linked."""
    try:
        HTML5Translator.visit_literal_block(translator, node)
    except nodes.SkipNode:
        if is_python(node):
            builder = translator.builder
            entries = builder.env.get_domain("py").objects

            def link(match):
                entry = entries.get(f"{PACKAGE}.{match[1]}")
                if entry is None:
                    return match[0]
                uri = builder.get_relative_uri(builder.current_docname, entry.docname)
                return f'<a class="d2l-name" href="{uri}#{entry.node_id}">{match[0]}</a>'

            translator.body[-1] = TOKENS.sub(link, translator.body[-1])
        raise


def add_uses(app, doctree, docname):
    """End each entry with the pages that use its name, before its source."""
    pages = [page for page in app.env.collect_relations() if page in app.env.names_used]
    for entry in list(doctree.findall(addnodes.desc)):
        if users := [page for page in pages if name_of(entry) in app.env.names_used[page]]:
            content = entry[-1]
            folded = any(isinstance(node, HideCodeCellNode) for node in content[-1:])
            content.insert(len(content) - folded, list_of_pages(app, docname, users))


def list_of_pages(app, docname, users):
    """Return links to pages: in a line, or in a fold where they are many."""
    line = nodes.paragraph(classes=["used-in"])
    for page in users:
        title = nodes.Text(without_chinese(app.env.titles[page].astext()))
        line += [make_refnode(app.builder, docname, page, "", title), nodes.Text(" · ")]
    line.pop()
    if len(users) > FEW:
        return HideCodeCellNode("", line, prompt_show=f"the {len(users)} pages that use it")
    line.insert(0, nodes.Text("Used in: "))
    return line


def without_chinese(title):
    """Return a title without the Chinese one that follows it.

    >>> without_chinese("Learning rate and dropout (学习率与暂退法)")
    'Learning rate and dropout'
    """
    return re.sub(r" \([^()]*[一-鿿][^()]*\)$", "", title)


def start(app):
    for name in ("names_used", "names_listed"):
        if not hasattr(app.env, name):
            setattr(app.env, name, {})


def forget(app, env, docname):
    env.names_used.pop(docname, None)


def merge(app, env, docnames, other):
    env.names_used.update({name: other.names_used[name] for name in docnames})


def pages_to_write(app, env):
    """Have the reference written again where the pages use other names than before."""
    if env.names_listed == env.names_used:
        return []
    env.names_listed = dict(env.names_used)
    return {entry.docname for entry in env.get_domain("py").objects.values()}


def setup(app):
    app.add_transform(LinkNames)
    app.add_node(nodes.literal_block, override=True, html=(visit_literal_block, None))
    app.connect("builder-inited", start)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", pages_to_write)
    app.connect("doctree-resolved", add_uses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
