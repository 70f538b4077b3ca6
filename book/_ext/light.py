"""Keep a page light and to itself: nothing on it asks another host, or is loaded in vain.

Sphinx's extensions bring some fifteen style sheets and scripts. Those that the book uses are put
together in `page.css` and `page.js`; the others are dropped. The style of cards and grids is the
largest, and comes only to pages that have some.
"""

from pathlib import Path

# These are written at the end of a build, after the pages.
LATE = ("_static/pygments.css", "_static/mystnb.")
# thebe names an address on another host even where it is off, and its script fails without it.
# The book folds text with <details> and has no tabs.
UNUSED = ("thebe", "togglebutton", "design-tabs")
CARDS, HAS_CARDS = "_static/sphinx-design.", 'class="sd-'


def merge(app, pagename, templatename, context, doctree):
    """Put the style sheets of a page together, and its scripts."""
    kinds = [("css_files", "page.css", "\n"), ("script_files", "page.js", ";\n")]
    for kind, name, between in kinds:
        used = [file for file in context[kind] if not is_unused(file)]
        if HAS_CARDS not in context.get("body", ""):
            used = [file for file in used if not str(file.filename).startswith(CARDS)]
        parts = [file for file in used if is_mergeable(file, name)]
        text = between.join(Path(app.outdir, file.filename).read_text("utf-8") for file in parts)
        target = Path(app.outdir, "_static", name)
        if not target.exists() or target.read_text("utf-8") != text:
            target.write_text(text, "utf-8")
        context[kind] = [file for file in used if file not in parts]


def is_unused(file):
    return any(name in f"{file.filename}{file.attributes.get('body')}" for name in UNUSED)


def is_mergeable(file, target):
    """Say whether a file belongs in the target: a local one, not the target, not an inline one."""
    path = str(file.filename or "")
    return path.startswith("_static/") and not path.startswith((*LATE, CARDS, f"_static/{target}"))


def setup(app):
    app.add_css_file("page.css", priority=900)
    app.add_js_file("page.js")
    app.connect("html-page-context", merge, priority=900)
    return {"parallel_read_safe": True}
