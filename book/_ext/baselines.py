"""The directives of the page on projects: a baseline as it was recorded, and a few scenes.

    ```{baseline} cnn
    ```

says what the baseline of a project reached, and `{scenes}` shows the images of one of them.
"""

import io

import numpy as np
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

UNITS = {"mean absolute error in years": "{:.2f} years", "accuracy": "{:.3f}",
         "share of the words found": "{:.3f}"}


def sentences(measure, sealed, valid, scores, date):
    """Return what to say of a baseline; `sealed` and `valid` are pairs of mean and error.

    >>> sentences("accuracy", (0.5, 0.012), (0.48, 0.02), [0.49, 0.51], "2026-11-22")
    ... # doctest: +NORMALIZE_WHITESPACE
    ('0.500', ' on sealed data (standard error 0.012), 0.480 on validation data (0.020): accuracy,
    the mean of 2 seeds, which reached 0.490 to 0.510 on sealed data. Measured on 2026-11-22.')
    """
    unit = UNITS[measure].format
    plain = UNITS[measure].partition(" ")[0].format
    low, high = min(scores), max(scores)
    seeds = f"which reached {plain(low)} to {plain(high)} on sealed data"
    if low == high:
        seeds = "which all give the same, since nothing in it is random"
    return unit(sealed[0]), (
        f" on sealed data (standard error {plain(sealed[1])}), {unit(valid[0])} on validation data "
        f"({plain(valid[1])}): {measure}, the mean of {len(scores)} seeds, {seeds}. "
        f"Measured on {date}.")


class Baseline(SphinxDirective):
    """Say what the baseline of a project reached."""

    required_arguments = 1

    def run(self):
        from d2lutils import records  # imports torch: only where a page asks for it
        from d2lutils.projects import checking

        name = self.arguments[0]
        try:
            record = records.load(checking.RECORD)
            sealed, valid = (checking.baseline(name, part) for part in ("sealed", "valid"))
        except (FileNotFoundError, ValueError) as error:
            raise self.error(str(error)) from None
        scores = record.finals("sealed score", {"project": name})
        if not len(scores):
            raise self.error(f"no project named {name} is recorded")
        self.env.note_dependency(str(records.record_path(checking.RECORD)))
        best, rest = sentences(checking.TASKS[name].measure, sealed, valid, scores, record.date)
        name = nodes.strong("", "Baseline to beat:")
        score = nodes.strong("", best)
        return [nodes.paragraph("", "", name, nodes.Text(" "), score, nodes.Text(rest))]


def strip(images):
    """Return gray images (n, side, side) from 0 to 1 side by side as a PNG, twice as large.

    >>> strip(np.zeros((2, 5, 5)))[1:4]
    b'PNG'
    """
    from PIL import Image

    framed = np.pad(images, ((0, 0), (2, 2), (2, 2)), constant_values=1)
    row = np.concatenate(list((framed * 255).astype(np.uint8)), axis=1)
    large = row.repeat(2, axis=0).repeat(2, axis=1)
    file = io.BytesIO()
    Image.fromarray(large).save(file, "png", optimize=True)
    return file.getvalue()


class Scenes(SphinxDirective):
    """Show the first six training scenes of the project on convolutional networks."""

    def run(self):
        from d2lutils.data import get_fashion_mnist_labels
        from d2lutils.projects.tasks import cnn_parts
        from d2lutils.widgets.still import png_uri

        (X, y), *_ = cnn_parts()
        names = ", ".join(get_fashion_mnist_labels(y[:6]))
        data = png_uri(strip(X[:6, 0].numpy()))
        return [nodes.raw("", f'<p><img id="figure-scenes" class="book-figure" '
                              f'src="{data}" style="width:100%" '
                              f'alt="Six scenes, each with one garment among scraps of others: '
                              f'{names}"></p>', format="html")]


def setup(app):
    app.add_directive("baseline", Baseline)
    app.add_directive("scenes", Scenes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
