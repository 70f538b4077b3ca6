"""Describe each page by its first paragraph, for search engines and for links that are shared.

An address of the site (`html_baseurl`) adds what needs one: the picture and the page's own address.
"""

import html
import re
import shutil
import textwrap
from pathlib import Path

from docutils import nodes

LENGTH = 160  # characters that search engines show
FORMULA = "\0"
PICTURE = Path(__file__).parents[2] / ".github" / "readme.png"


def first_sentences(text):
    r"""Return the sentences that a description has room for, none of them with a formula.

    A sentence that is too long ends after a word, and one with a formula before the formula.

    >>> first_sentences("Two are short. They fit. The loss is \0.")
    'Two are short. They fit.'
    >>> first_sentences("The loss is \0 here.")
    'The loss is …'
    """
    sentences = re.split(r"(?<=[.?!])\s+", " ".join(text.split()))
    chosen = ""
    for sentence in sentences:
        longer = f"{chosen} {sentence}".strip()
        if FORMULA in sentence or len(longer) > LENGTH:
            break
        chosen = longer
    if chosen:
        return chosen
    start, formula, _ = sentences[0].partition(FORMULA)
    cut = f"{start} …" if formula and start else start
    return textwrap.shorten(cut, LENGTH, placeholder=" …")


def description(doctree):
    """Return the description of a page: of the first paragraph below a heading that yields one."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            texts = paragraph.findall(nodes.Text)
            text = "".join(FORMULA if isinstance(t.parent, nodes.math) else t for t in texts)
            if found := first_sentences(text):
                return found
    return ""


def add_tags(app, pagename, templatename, context, doctree):
    """Put the description among the page's meta tags."""
    title = re.sub("<[^>]*>", "", context.get("title", ""))  # HTML already
    book = html.escape(app.config.html_title)
    text = description(doctree) if doctree else f"{app.config.html_title}: {pagename}"
    tags = [
        ('name="description"', html.escape(text)),
        ('property="og:title"', title or book),
        ('property="og:description"', html.escape(text)),
        ('property="og:site_name"', book),
        ('property="og:type"', "website" if pagename == app.config.root_doc else "article"),
    ]
    if app.config.html_baseurl:
        picture = f"{app.config.html_baseurl.rstrip('/')}/_static/{PICTURE.name}"
        tags += [
            ('property="og:url"', context["pageurl"]),
            ('property="og:image"', picture),
        ]
    context["metatags"] = context.get("metatags", "") + "".join(
        f'\n<meta {key} content="{value}">' for key, value in tags if value
    )


def copy_picture(app, exception):
    """Put the picture that shared links show into the site, where links can name it."""
    if not exception and app.config.html_baseurl and app.builder.format == "html":
        shutil.copy(PICTURE, Path(app.outdir, "_static"))


def setup(app):
    app.connect("html-page-context", add_tags)
    app.connect("build-finished", copy_picture)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
