"""The map of the notes: what each line of the notes says, and links to the headings that teach it.

    ```{notes} basics
    ```

makes a table of one part of the data file beside the page, which has the page's name and ends in
.toml: its head says what stands in it. A link to a heading that is not there is a warning, and so
ends a build in which warnings are errors.
"""

import tomllib
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode
from uses import without_chinese

HEADS = {"Id": 1, "The notes say": 5, "Taught in": 5}  # and the columns' shares of the width


def split(place):
    """Return the document of a place of the data file, and the id of a heading there or "".

    >>> split("basics/07-multilayer-perceptron#three-bends")
    ('notebooks/basics/07-multilayer-perceptron', 'three-bends')
    >>> split("papers")
    ('book/papers', '')
    """
    page, _, anchor = place.partition("#")
    return f"notebooks/{page}" if "/" in page else f"book/{page}", anchor


class Notes(SphinxDirective):
    """Put the table of one part of the data file in the page."""

    required_arguments = 1

    def run(self):
        file = Path(self.env.doc2path(self.env.docname)).with_suffix(".toml")
        self.env.note_dependency(str(file))
        lines = tomllib.loads(file.read_text("utf-8")).get(self.arguments[0])
        if not lines:
            raise self.error(f"{file.name} has no part {self.arguments[0]!r}.")
        group = nodes.tgroup(cols=len(HEADS))
        group += [nodes.colspec(colwidth=width) for width in HEADS.values()]
        group += nodes.thead("", row(*(nodes.paragraph("", head) for head in HEADS)))
        group += nodes.tbody("", *(self.line(key, **line) for key, line in lines.items()))
        return [nodes.table("", group, classes=["notes"])]

    def line(self, key, says, where, topic=None, holds=None):
        """Return the row of one line of the notes."""
        said = [nodes.paragraph("", says)]
        if topic:
            said = [nodes.paragraph("", "", nodes.strong("", topic), nodes.Text(f": {says}"))]
        if holds:
            words = nodes.strong("", "What holds: "), nodes.Text(holds)
            said += [nodes.paragraph("", "", *words)]
        return row(nodes.paragraph("", key), said, self.links(where))

    def links(self, places):
        """Return a list of links; those after the first to a page do without its title."""
        found, before = nodes.bullet_list(), None
        for place in places:
            document, _ = split(place)
            # A heading that gets another name shows on the map.
            self.env.note_dependency(self.env.doc2path(document))
            link = link_to(place, same_page=document == before)
            found += nodes.list_item("", nodes.paragraph("", "", link))
            before = document
        return found


def link_to(place, same_page=False):
    """Return a link to a heading, called by its page and itself; Sphinx warns if it is not there.

    After a link to the same page the heading's own name is enough.
    """
    return addnodes.pending_xref(
        "",
        nodes.inline("", place),
        refdomain="",
        reftype="heading",
        reftarget=place,
        refwarn=True,
        same_page=same_page,
    )


def row(*cells):
    """Return a row of a table; a cell is a node or a list of them."""
    lists = (cell if isinstance(cell, list) else [cell] for cell in cells)
    return nodes.row("", *(nodes.entry("", *cell) for cell in lists))


def resolve(app, env, node, content):
    """Make the link to a heading, or to a page; none where there is no such place."""
    if node["reftype"] != "heading":
        return None
    document, anchor = split(node["reftarget"])
    if document not in env.titles:
        return None
    label = without_chinese(env.titles[document].astext())
    if anchor:
        slugs = env.metadata[document].get("myst_slugs", {})  # slug -> line, id, heading
        heading = {there: text for _, there, text in slugs.values()}.get(anchor)
        if heading is None:
            return None
        heading = without_chinese(heading)
        label = heading if node["same_page"] else f"{label}: {heading}"
    return make_refnode(app.builder, node["refdoc"], document, anchor, nodes.Text(label))


def setup(app):
    app.add_directive("notes", Notes)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
