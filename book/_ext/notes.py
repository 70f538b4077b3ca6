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
from places import link_to, split
from sphinx.util.docutils import SphinxDirective

HEADS = {"Id": 1, "The notes say": 5, "Taught in": 5}  # and the columns' shares of the width


class Notes(SphinxDirective):
    """Put the table of one part of the data file in the page."""

    required_arguments = 1

    def run(self):
        file = Path(self.env.doc2path(self.env.docname)).with_suffix(".toml")
        self.env.note_dependency(str(file))
        lines = tomllib.loads(file.read_text("utf-8")).get(self.arguments[0])
        if not lines:
            raise self.error(f"{file.name} has no part {self.arguments[0]!r}.")
        rows = [self.line(key, **line) for key, line in lines.items()]
        return [table(HEADS, rows, "notes")]

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


def table(heads, rows, name):
    """Return a table of a class; `heads` are its columns and their shares of the width."""
    group = nodes.tgroup(cols=len(heads))
    group += [nodes.colspec(colwidth=width) for width in heads.values()]
    group += nodes.thead("", row(*(nodes.paragraph("", head) for head in heads)))
    group += nodes.tbody("", *rows)
    return nodes.table("", group, classes=[name])


def row(*cells):
    """Return a row of a table; a cell is a node or a list of them."""
    lists = (cell if isinstance(cell, list) else [cell] for cell in cells)
    return nodes.row("", *(nodes.entry("", *cell) for cell in lists))


def setup(app):
    app.setup_extension("places")
    app.add_directive("notes", Notes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
