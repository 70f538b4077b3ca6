"""Describe each page, for search engines and for links that are shared, by its first paragraph."""

import html
import textwrap

from docutils import nodes

LENGTH = 155  # characters that search engines show


def first_paragraph(doctree):
    """Return the text of the first paragraph below a heading, formulas left out, shortened."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            texts = paragraph.findall(nodes.Text)
            words = "".join(t for t in texts if not isinstance(t.parent, nodes.math))
            if words.strip():
                return textwrap.shorten(words, LENGTH, placeholder=" ...")
    return ""


def add_description(app, pagename, templatename, context, doctree):
    """Put the description among the page's meta tags."""
    text = first_paragraph(doctree) if doctree else f"{app.config.html_title}: {pagename}"
    if not text:
        return
    title = html.escape(context.get("title", app.config.html_title))
    context["metatags"] = context.get("metatags", "") + "".join(
        f'\n<meta {key} content="{value}">'
        for key, value in [
            ('name="description"', html.escape(text)),
            ('property="og:title"', title),
            ('property="og:description"', html.escape(text)),
        ]
    )


def setup(app):
    app.connect("html-page-context", add_description)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
