"""Links to places of the book, called by their titles: a page, or a heading of it.

A place is written as "basics/07-multilayer-perceptron#three-bends" for a notebook and as "papers"
for a page of prose. A link to one that is not there is a warning, and so ends a build in which
warnings are errors.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.util.nodes import make_refnode
from uses import without_chinese


def split(place):
    """Return the document of a place, and the id of a heading there or "".

    >>> split("basics/07-multilayer-perceptron#three-bends")
    ('notebooks/basics/07-multilayer-perceptron', 'three-bends')
    >>> split("papers")
    ('book/papers', '')
    """
    page, _, anchor = place.partition("#")
    return f"notebooks/{page}" if "/" in page else f"book/{page}", anchor


def link_to(place, same_page=False):
    """Return a link to a place; Sphinx warns if it is not there.

    It is called by the titles of the page and the heading: after a link to the same page, by the
    heading's alone.
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
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
