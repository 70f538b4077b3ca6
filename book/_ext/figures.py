"""An address for each figure, and words for those who do not see it.

A figure is a picture, or a component other than a question. Its id comes from the id of its cell,
so that `page.html#figure-15bd9f07` leads to it after the next build, too, whatever is drawn then.
What offers this address to a reader, and the figure in full screen, is book/_static/figures.js.
"""

import json
from collections import Counter
from pathlib import Path

import alttext
from docutils import nodes
from sphinx.transforms import SphinxTransform

CLASS = "book-figure"
COMPONENT = '<div class="d2l-component'
QUESTIONS = ("d2l-predict", "d2l-quiz", "d2l-concept_cards")


def figure_id(source, number=1):
    """Return the id of a cell's figure, or of that from a file.

    >>> figure_id("15bd9f07"), figure_id("15bd9f07", 2), figure_id("papers/llama-2.svg")
    ('figure-15bd9f07', 'figure-15bd9f07-2', 'figure-llama-2')
    """
    return nodes.make_id(f"figure-{Path(source).stem}" + f"-{number}" * (number > 1))


def is_figure(html):
    """Say whether HTML shows a figure: a drawing, or a component that is no question.

    >>> is_figure('<div class="d2l-component d2l-quiz">'), is_figure("<svg></svg>")
    (False, True)
    """
    _, is_component, after = html.partition(COMPONENT)
    if is_component:
        return not after.split('"')[0].strip().startswith(QUESTIONS)
    return "<svg" in html


class Figures(SphinxTransform):
    """Give ids and words to the figures of a page, when it is read: in every form that it takes."""

    default_priority = 870

    def apply(self, **kwargs):
        self.seen = Counter()
        in_cells = set()
        cells = list(self.document.findall(lambda node: is_part(node, "cell_code")))
        ids = self.cell_ids() if cells else []
        for cell in cells:
            in_cells.update(cell.findall(nodes.Element))
            for output in cell.findall(lambda node: is_part(node, "mime_bundle")):
                self.name_output(output, cell, ids[cell["cell_index"]])
        for node in list(self.document.findall(is_shown)):
            if node in in_cells:
                continue
            if isinstance(node, nodes.image):
                self.mark([node], node["uri"])
            elif "source" in node and is_figure(node.astext()):
                self.mark([node], node["source"])

    def cell_ids(self):
        notebook = json.loads(Path(self.env.doc2path(self.env.docname)).read_text("utf-8"))
        return [cell["id"] for cell in notebook["cells"]]

    def name_output(self, output, cell, cell_id):
        """Mark an output of a cell in all its forms: a page shows one, a PDF another."""
        forms = [form for kind in output for form in kind]
        pages = [form for form in forms if isinstance(form, nodes.raw)]
        images = [form for form in forms if isinstance(form, nodes.image)]
        texts = [form.astext() for form in forms if isinstance(form, nodes.literal_block)]
        for image in images:
            if "alt" not in image:
                image["alt"] = texts[0] if pages and texts else self.words(image, cell)
        if is_figure(pages[0].astext()) if pages else images:
            self.mark(pages + images, cell_id)

    def mark(self, forms, source):
        """Make the forms of one figure known as such."""
        name = figure_id(source)
        self.seen[name] += 1
        for form in forms:
            form["ids"].append(figure_id(source, self.seen[name]))
            form["classes"].append(CLASS)

    def words(self, image, cell):
        """Return what an image shows: from its labels, or else where it stands."""
        file = Path(self.env.relfn2path(image["uri"], self.env.docname)[1])
        if file.suffix == ".svg":
            words = alttext.of_svg(file.read_text("utf-8"))
        else:
            code = [part.astext() for part in cell if is_part(part, "cell_code_source")]
            words = alttext.of_code("".join(code))
        if ":" in words:
            return words
        section = cell.parent
        while not isinstance(section, nodes.section):
            section = section.parent
        return f"{words.rstrip('.') or 'Picture'} in the section “{section[0].astext()}”."


def is_part(node, name):
    return isinstance(node, nodes.container) and node.get("nb_element") == name


def is_shown(node):
    return isinstance(node, (nodes.raw, nodes.image))


def setup(app):
    app.add_transform(Figures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
