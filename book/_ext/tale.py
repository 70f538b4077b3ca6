"""Put the tale on its page: the directive `tale`, which the book's own copy of the text fills."""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


def paragraph(text):
    """Return a paragraph, or a verse where the lines are broken.

    >>> paragraph("one")
    <paragraph: <#text: 'one'>>
    >>> len(paragraph("one,\\ntwo"))
    2
    """
    lines = text.split("\n")
    if len(lines) == 1:
        return nodes.paragraph("", text)
    verse = nodes.line_block()
    for line in lines:
        verse += nodes.line("", line)
    return verse


class Tale(SphinxDirective):
    """Return a section for each chapter."""

    def run(self):
        from d2lutils.data import tale_chapters  # imports torch: only where a page asks for it

        sections = []
        for chapter in tale_chapters():
            heading, *paragraphs = chapter.strip().split("\n\n")
            section = nodes.section("", nodes.title("", heading), ids=[nodes.make_id(heading)])
            section += [paragraph(text) for text in paragraphs]
            self.state.document.note_explicit_target(section, section)
            sections.append(section)
        return sections


def setup(app):
    app.add_directive("tale", Tale)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
