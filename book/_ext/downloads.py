"""The directive `{downloads}`: links to the whole book as one PDF and one EPUB, once they are made.

`make pdf` and `make epub` leave them in `_build`. They are copied into the site, and the page with
the directive is written again when one has come or changed; until then it says how to make them.
"""

import shutil
from datetime import date
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from times import in_words

NAME = "deep-learning-one-dial-at-a-time"  # as in tools/press/book.py
FORMS = {"pdf": "a PDF to print", "epub": "an EPUB for a reading device"}
NOTHING = (
    "<code>make pdf</code> and <code>make epub</code>, in a copy of the book's source, make one "
    "file of the whole book, to print or to read elsewhere."
)


class downloads(nodes.General, nodes.Element):
    """The place of the links."""


class Downloads(SphinxDirective):
    """Put the place of the links in a page."""

    def run(self):
        self.env.downloads_pages.add(self.env.docname)
        return [downloads()]


def made(outdir):
    """Return the files that are there, with their forms."""
    paths = {form: Path(outdir).parent / f"{NAME}.{form}" for form in FORMS}
    return {form: path for form, path in paths.items() if path.exists()}


def link(form, path):
    """Return the link to a file, with its size and its day.

    A file older than the site differs from it, which its day tells.
    """
    facts = path.stat()
    size = max(1, round(facts.st_size / 1e6))
    day = in_words(date.fromtimestamp(facts.st_mtime))
    return f'<a href="{path.name}" download>{FORMS[form]}</a> ({size} MB, {day})'


def visit(translator, node):
    """Write the links, or how to come by them. The page with them is the home page."""
    files = made(translator.builder.outdir)
    links = " and ".join(link(form, path) for form, path in files.items())
    words = f"The whole book in one file: {links}." if links else NOTHING
    translator.body.append(f'<p class="downloads">{words}</p>\n')
    raise nodes.SkipNode


def skip(translator, node):
    raise nodes.SkipNode


def start(app):
    for name in ("downloads_pages", "downloads_shown"):
        if not hasattr(app.env, name):
            setattr(app.env, name, set())


def pages_to_write(app, env):
    """Have the pages with links written again when the files are others than before."""
    now = {(form, path.stat().st_mtime) for form, path in made(app.outdir).items()}
    if env.downloads_shown == now:
        return []
    env.downloads_shown = now
    return sorted(env.downloads_pages)


def forget(app, env, docname):
    env.downloads_pages.discard(docname)


def merge(app, env, docnames, other):
    env.downloads_pages |= other.downloads_pages & set(docnames)


def copy(app, exception):
    """Put the files into the site, and take out those that are no longer made."""
    if exception or app.builder.format != "html":
        return
    files = made(app.outdir)
    for form in FORMS:
        target = Path(app.outdir, f"{NAME}.{form}")
        if form in files:
            shutil.copy2(files[form], target)
        else:
            target.unlink(missing_ok=True)


def setup(app):
    app.add_directive("downloads", Downloads)
    app.add_node(downloads, html=(visit, None), latex=(skip, None), text=(skip, None))
    app.connect("builder-inited", start)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", pages_to_write)
    app.connect("build-finished", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
