"""Tell the home page the notebooks' titles, by which it offers to continue where one left off.

What was read last stands in the browser alone: book/_static/continue.js. A page that has gone is
not among the titles, and so is not offered.
"""

import json


def add_titles(app, pagename, templatename, context, doctree):
    """Put a script with the titles by page in the head of the home page."""
    if pagename != app.config.root_doc:
        return
    titles = {
        name: title.astext()
        for name, title in sorted(app.env.titles.items())
        if name.startswith("notebooks/")
    }
    text = json.dumps(titles, ensure_ascii=False).replace("<", "\\u003c")
    script = f"\n<script>const notebooks = {text}</script>"
    context["metatags"] = context.get("metatags", "") + script


def setup(app):
    app.connect("html-page-context", add_titles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
