"""The directive `{component}`: an experiment's records on a page of prose, which runs no code.

    ```{component} regularization/03-dropout
    :metrics: train loss, valid error
    :caption: Which setting wins on unseen images?
    ```

shows an Explorer over the record of that name. Its options are those of `explorer_from_record`.
"""

import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective


def names(text):
    """Split a list with commas.

    >>> names("train loss, valid error")
    ['train loss', 'valid error']
    """
    return [name.strip() for name in text.split(",")]


class Component(SphinxDirective):
    """Put the HTML of an Explorer over a record in the page."""

    required_arguments = 1
    option_spec = {
        "caption": directives.unchanged,
        "metrics": names,
        "start": yaml.safe_load,
        "ylabel": directives.unchanged,
        "ylim": yaml.safe_load,
    }

    def run(self):
        from d2lutils import records  # imports torch: only where a page asks for it
        from d2lutils.records import views

        name = self.arguments[0]
        try:
            explorer = views.explorer_from_record(name, **self.options)
        except (FileNotFoundError, ValueError) as error:
            raise self.error(str(error)) from None
        self.env.note_dependency(str(records.record_path(name)))
        html = explorer._repr_mimebundle_()["text/html"]
        return [nodes.raw("", html, format="html", source=name)]  # figures.py names it after this


def setup(app):
    app.add_directive("component", Component)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
