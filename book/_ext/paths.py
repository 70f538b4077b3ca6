"""Learning paths: the pages to read, with the minutes that the pages themselves state.

    ```{pages}
    basics/01-tensors-and-autograd
    basics/02-linear-regression-scratch
    ```

links to the pages and says how long they take together, and

    ```{pages-in-all}
    ```

how long all pages of its section take, those of the sections below included. The minutes are those
of the notebooks' line "**Time:** ...": no sum is written down that could fall behind. For the same
reason `{aloud}` takes the question that an interviewer asks from each page that it lists.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from places import link_to, split
from sphinx.util.docutils import SphinxDirective

STATED = re.compile(r"\*\*Time:\*\*\s+(\d+)\s+minutes\s+to\s+read")
ASKED = re.compile(r"\*\*In an interview:\*\*\s+\*(.+?)\*(?=\s)", re.DOTALL)


class in_all(nodes.General, nodes.Element):
    """Stands for the sum until the whole page has been read."""


def found(pattern, path):
    """Return what a pattern finds in the text of a notebook."""
    cells = json.loads(Path(path).read_text("utf-8"))["cells"]
    return pattern.search("\n\n".join("".join(cell["source"]) for cell in cells))[1]


def duration(count):
    """Say how long minutes are, above two hours in half hours.

    >>> [duration(m) for m in (25, 60, 95, 130, 150, 470)]
    ['25 minutes', '60 minutes', '95 minutes', 'about 2 hours', 'about 2½ hours', 'about 8 hours']
    """
    if count < 120:
        return f"{count} minutes"
    halves = round(count / 30)
    return f"about {halves // 2}{'½' * (halves % 2)} hours"


class Listing(SphinxDirective):
    """A directive whose content names pages, one a line."""

    has_content = True

    def files(self):
        """Return the files of the pages, by the pages."""
        pages = [line.strip() for line in self.content if line.strip()]
        if not pages:
            raise self.error("Which pages? Give one a line, such as basics/02-linear-regression.")
        files = {}
        for page in pages:
            document, _ = split(page)
            if document not in self.env.found_docs:
                raise self.error(f"{document} is no page of the book.")
            files[page] = self.env.doc2path(document)
            self.env.note_dependency(str(files[page]))
        return files


class Pages(Listing):
    """Link to pages, and say how long they take together."""

    def run(self):
        files = self.files()
        total = sum(int(found(STATED, file)) for file in files.values())
        line = nodes.paragraph("", "", nodes.strong("", "Read"), minutes=total)
        for i, page in enumerate(files):
            line += [nodes.Text(" · " if i else f" ({duration(total)}): "), link_to(page)]
        return [line]


class Aloud(Listing):
    """List the questions that the pages would have you answer aloud."""

    def run(self):
        questions = nodes.bullet_list()
        for page, file in self.files().items():
            asked = " ".join(found(ASKED, file).split())
            # Between grave accents stands code.
            parts = (asked[0].upper() + asked[1:]).split("`")
            kinds = (nodes.literal if i % 2 else nodes.Text for i in range(len(parts)))
            words = [k("", p) if k is nodes.literal else k(p) for k, p in zip(kinds, parts)]
            source = [nodes.Text(" ("), link_to(page), nodes.Text(")")]
            questions += nodes.list_item("", nodes.paragraph("", "", *words, *source))
        head = nodes.paragraph("", "", nodes.strong("", "Answer aloud"), nodes.Text(":"))
        return [head, questions]


class PagesInAll(SphinxDirective):
    """Say how long all pages of the section take."""

    def run(self):
        return [in_all()]


def add_up(app, doctree):
    """Put the sums in their places."""
    for place in list(doctree.findall(in_all)):
        section = place.parent
        total = sum(p.get("minutes", 0) for p in section.findall(nodes.paragraph))
        place.replace_self(nodes.paragraph("", f"Reading: {duration(total)} in all."))


def setup(app):
    app.setup_extension("places")
    app.add_node(in_all)
    app.add_directive("pages", Pages)
    app.add_directive("aloud", Aloud)
    app.add_directive("pages-in-all", PagesInAll)
    app.connect("doctree-read", add_up)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
