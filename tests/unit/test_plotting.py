"""Figures: what is drawn, and that a training shows one figure in a kernel and in a script."""

import io
import os
import subprocess
import sys
import textwrap
import types
import warnings

import nbclient
import nbformat
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from PIL import Image

import d2lutils as d2l
from d2lutils.plotting import animator as animator_module


@pytest.fixture(autouse=True)
def clean_and_quiet():
    """Every test begins without figures, and fails where something warns."""
    d2l.plt.close("all")
    with d2l.plt.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    d2l.plt.close("all")


def curves(axes):
    return [(list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines]


# plot


@pytest.mark.parametrize(
    "X, Y, expected",
    [
        ([4, 5], None, [([0, 1], [4, 5])]),
        ([[1, 2], [3]], None, [([0, 1], [1, 2]), ([0], [3])]),
        ([1, 2], [4, 5], [([1, 2], [4, 5])]),
        ([1, 2], [[4, 5], [6, 7]], [([1, 2], [4, 5]), ([1, 2], [6, 7])]),
        ([[1, 2], [3, 4]], [[4, 5], [6, 7]], [([1, 2], [4, 5]), ([3, 4], [6, 7])]),
    ],
)
def test_plot_takes_one_or_several_curves(X, Y, expected):
    d2l.plot(X, Y)
    assert curves(d2l.plt.gca()) == expected


@pytest.mark.parametrize(
    "convert",
    [
        torch.tensor,
        np.array,
        lambda rows: torch.tensor(rows, requires_grad=True),
        lambda rows: [[torch.tensor(x, requires_grad=True) for x in row] for row in rows],
    ],
)
def test_plot_takes_tensors_and_arrays(convert):
    rows = [[1.0, 2.0], [3.0, 4.0]]
    d2l.plot(range(2), convert(rows))
    assert curves(d2l.plt.gca()) == [([0, 1], row) for row in rows]


def test_plot_replaces_what_the_axes_held():
    axes = d2l.plt.subplots()[1]
    d2l.plot([1, 2], [3, 4], axes=axes)
    d2l.plot([1, 2], [5, 6], "x", "y", ["new"], (0, 3), (1, 9), "linear", "log", axes=axes)
    assert curves(axes) == [([1, 2], [5, 6])]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "y")
    assert (axes.get_xlim(), axes.get_ylim(), axes.get_yscale()) == ((0, 3), (1, 9), "log")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["new"]


def test_curves_differ_in_dash_and_in_colors_that_all_can_see():
    d2l.plot([1, 2], [[i, i] for i in range(5)])
    lines = d2l.plt.gca().lines
    # Five curves with four formats: the fifth is not dropped.
    assert [line.get_linestyle() for line in lines] == ["-", "--", "-.", ":", "-"]
    used = [to_hex(line.get_color()) for line in lines[:4]]
    assert len(set(used)) == 4
    for color in used:  # contrast with white, as WCAG defines it, for graphics
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
        ]
        assert 1.05 / (np.dot([0.2126, 0.7152, 0.0722], linear) + 0.05) >= 3


@pytest.mark.parametrize(
    "fmt, color, marker",
    [("k--", "#000000", "None"), ("red", "#ff0000", "None"), ("C1o", "#ff7f0e", "o")],
)
def test_colors_asked_for_by_name_are_kept(fmt, color, marker):
    d2l.plot([1, 2], fmts=[fmt])
    line = d2l.plt.gca().lines[0]
    assert line.get_marker() == marker
    assert to_hex(line.get_color()) == color


def test_plot_names_what_does_not_fit():
    with pytest.raises(ValueError, match="X must be one sequence or 3, as many as Y, got 2"):
        d2l.plot([[1], [2]], [[1], [2], [3]])
    with pytest.raises(ValueError, match=r"equally long, got the lengths \[3\] and \[2\]"):
        d2l.plot([1, 2, 3], [1, 2])
    for figsize in (3, (1, 2, 3), (0, 1)):
        with pytest.raises(ValueError, match="figsize"):
            d2l.plot([1], figsize=figsize)


def test_epochs_have_whole_ticks():
    d2l.plot([1, 2], [3, 4], xlabel="epoch")
    assert all(tick == int(tick) for tick in d2l.plt.gca().get_xticks())


def test_figures_have_a_white_background_to_be_legible_in_dark_pages():
    d2l.plot([1, 2])
    file = io.BytesIO()
    d2l.plt.savefig(file)
    assert Image.open(file).convert("RGBA").getpixel((0, 0)) == (255, 255, 255, 255)


# show_images and show_heatmaps


@pytest.mark.parametrize(
    "imgs",
    [
        torch.rand(3, 5, 4),
        torch.rand(3, 1, 5, 4),
        torch.rand(3, 3, 5, 4),
        torch.randint(256, (3, 1, 5, 4), dtype=torch.uint8),
        np.random.rand(3, 5, 4),
        np.random.rand(3, 5, 4, 3),
        [torch.rand(5, 4), np.zeros((5, 4)), Image.new("L", (4, 5))],
    ],
)
def test_images_of_many_kinds_are_shown(imgs):
    axes = d2l.show_images(imgs, 2, 2, titles=["a", "b", "c"])
    assert axes.shape == (4,)
    assert [len(ax.images) for ax in axes] == [1, 1, 1, 0]
    assert all(ax.images[0].get_array().shape[:2] == (5, 4) for ax in axes[:3])
    assert [ax.get_title() for ax in axes] == ["a", "b", "c", ""]
    assert not any(ax.axison for ax in axes)


def test_gray_is_the_same_in_every_image():
    dark, light = torch.full((1, 4, 4), 0.2), torch.full((1, 4, 4), 0.8)
    axes = d2l.show_images(torch.stack([dark, light]), 1, 2)
    assert [ax.images[0].get_clim() for ax in axes] == [(0, 1), (0, 1)]
    assert [ax.images[0].get_array().mean() for ax in axes] == pytest.approx([0.2, 0.8])


def test_normalized_images_are_brought_back_into_range():
    X = torch.randn(2, 3, 8, 8)
    axes = d2l.show_images(X, 1, 2)
    shown = np.stack([ax.images[0].get_array() for ax in axes])
    assert (shown.min(), shown.max()) == (0, 1)


def test_more_images_than_room_are_left_out():
    assert d2l.show_images(torch.rand(9, 4, 4), 1, 1).shape == (1,)


def test_show_images_names_what_does_not_fit():
    with pytest.raises(ValueError, match=r"got an image of shape \(2, 5, 6\)"):
        d2l.show_images(torch.rand(3, 2, 5, 6), 1, 3)
    with pytest.raises(ValueError, match="imgs must hold at least one image"):
        d2l.show_images([], 1, 3)
    with pytest.raises(ValueError, match="num_rows .* got 0"):
        d2l.show_images(torch.rand(3, 5, 4), 0, 3)


def test_heatmaps_share_the_scale_of_their_color_bar():
    matrices = torch.arange(24.0, requires_grad=True).reshape(2, 3, 2, 2)
    d2l.show_heatmaps(matrices, "keys", "queries", titles=["a", "b", "c"], figsize=(5, 4))
    *grid, bar = d2l.plt.gcf().axes
    assert [ax.images[0].get_clim() for ax in grid] == [(0, 23)] * 6
    assert [ax.get_title() for ax in grid] == ["a", "b", "c", "", "", ""]
    assert [ax.get_xlabel() for ax in grid] == [""] * 3 + ["keys"] * 3
    assert [ax.get_ylabel() for ax in grid] == ["queries", "", ""] * 2
    assert bar.get_ylim() == (0, 23)
    with pytest.raises(ValueError, match=r"matrices must have the shape .* got \(2, 2\)"):
        d2l.show_heatmaps(torch.eye(2), "keys", "queries")


# Animator: the points


def test_points_become_curves():
    animator = d2l.Animator(xlabel="epoch", legend=["a", "b"], xlim=[1, 3])
    animator.add(1, (torch.tensor(0.5, requires_grad=True), np.float32(2)))
    animator.add(torch.tensor(2), [0.25, None])
    animator.add([3, 4], (None, 3))
    axes = animator.axes[0]
    assert curves(axes) == [([1, 2], [0.5, 0.25]), ([1, 4], [2, 3])]
    assert (animator.X, animator.Y) == ([[1, 2], [1, 4]], [[0.5, 0.25], [2, 3]])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
    assert axes.get_xlim() == (1, 3)
    low, high = axes.get_ylim()
    assert low < 0.25 and high > 3


def test_one_curve_needs_no_sequence():
    animator = d2l.Animator()
    animator.add(1, 5)
    animator.add(2, torch.tensor(6.0))
    assert curves(animator.axes[0]) == [([1, 2], [5, 6])]


def test_a_single_point_can_be_seen():
    animator = d2l.Animator(xlim=[1, 1])  # a training of one epoch
    animator.add(1, 5)
    assert animator.axes[0].lines[0].get_marker() == "o"
    animator.add(2, 6)
    assert animator.axes[0].lines[0].get_marker() == ""


def test_the_legend_covers_no_curve():
    animator = d2l.Animator(legend=["train loss", "train acc", "test acc"])
    animator.add(1, (0, 1, 2))
    animator.fig.canvas.draw()
    legend = animator.axes[0].get_legend().get_window_extent()
    axes = animator.axes[0].get_window_extent()
    assert legend.y0 >= axes.y1
    assert legend.x1 <= animator.fig.bbox.x1 and legend.y1 <= animator.fig.bbox.y1


def test_the_first_of_several_axes_is_drawn_in():
    animator = d2l.Animator(nrows=2, ncols=2, figsize=(6, 4))
    animator.add(1, (1, 2))
    assert [len(ax.lines) for ax in animator.axes] == [2, 0, 0, 0]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_not_finite_leaves_the_rest_in_sight(value):
    animator = d2l.Animator()
    for x, y in enumerate([1, value, 3]):
        animator.add(x, y)
    animator.fig.canvas.draw()
    low, high = animator.axes[0].get_ylim()
    assert 0.5 < low < 1 and 3 < high < 3.5


def test_the_limits_follow_the_points_and_what_a_reader_adds():
    animator = d2l.Animator(xlim=[0, 10])
    axes = animator.axes[0]
    for x in range(5):
        animator.add(x, 10 * x)
    assert 40 < axes.get_ylim()[1] < 45
    axes.scatter([1], [-30])
    axes.axhline(60)
    animator.add(5, 50)
    animator.fig.canvas.draw()
    low, high = axes.get_ylim()
    assert -40 < low < -30 and 60 < high < 70
    assert axes.get_xlim() == (0, 10)


def test_a_point_searches_for_no_limits(monkeypatch):
    searched = []
    monkeypatch.setattr(Axes, "update_datalim", lambda *args: searched.append(args))
    animator = d2l.Animator()
    for x in range(100):
        animator.add(x, x)
    assert not searched
    animator.fig.canvas.draw()
    assert searched


def test_animator_names_what_does_not_fit():
    animator = d2l.Animator()
    with pytest.raises(ValueError, match="x must be one number or 3, as many as y, got 2"):
        animator.add([1, 2], [1, 2, 3])
    with pytest.raises(TypeError, match="y must be a number.* got 'high'"):
        animator.add(1, "high")
    with pytest.raises(TypeError, match="y must be a number"):
        animator.add(1, [torch.ones(2)])
    with pytest.raises(ValueError, match="ncols must be .* got 0"):
        d2l.Animator(ncols=0)


# Animator: when it draws. A kernel that only takes notes, and a clock that a test sets.


@pytest.fixture
def kernel(monkeypatch):
    import IPython.display

    kernel = types.SimpleNamespace(shown=[], hooks=[], now=0.0, picture_takes=0.0)
    kernel.register = lambda event, hook: kernel.hooks.append(hook)
    kernel.unregister = lambda event, hook: kernel.hooks.remove(hook)

    def display(picture, raw, display_id, update):
        kernel.now += kernel.picture_takes
        kernel.shown.append((update, display_id, picture["text/plain"]))

    monkeypatch.setattr(IPython.display, "display", display)
    monkeypatch.setattr(animator_module, "in_kernel", lambda: True)
    monkeypatch.setattr(animator_module, "_events", lambda: kernel)
    monkeypatch.setattr(animator_module.time, "monotonic", lambda: kernel.now)
    return kernel


def add_points(kernel, animator, count, pause):
    for i in range(1, count + 1):
        kernel.now += pause
        animator.add(i, i)


def test_a_picture_comes_at_most_every_half_second(kernel):
    with d2l.Animator(xlabel="epoch", legend=["loss"]) as animator:
        add_points(kernel, animator, 100, pause=0.0625)
        assert len(kernel.shown) == 12  # in 6.25 s
    assert kernel.shown[-1][2] == "Figure: loss 100 at epoch 100"
    assert [update for update, _, _ in kernel.shown] == [False] + [True] * 12
    assert len({display_id for _, display_id, _ in kernel.shown}) == 1
    assert not kernel.hooks


def test_slow_pictures_take_at_most_a_tenth_of_the_time(kernel):
    kernel.picture_takes = 0.5
    add_points(kernel, d2l.Animator(), 400, pause=0.125)
    assert 8 <= len(kernel.shown) <= 10  # 50 s, and half a second for each picture


def test_a_short_training_draws_one_picture(kernel):
    with d2l.Animator() as animator:
        add_points(kernel, animator, 10, pause=0.01)
        assert not kernel.shown
    assert len(kernel.shown) == 1


def test_what_is_missing_comes_when_the_cell_ends(kernel):
    animator = d2l.Animator()
    add_points(kernel, animator, 3, pause=0.01)
    (hook,) = kernel.hooks
    hook("result of the cell")
    assert kernel.shown[0][2] == "Figure: curve 1 3 at x 3"
    assert not kernel.hooks
    add_points(kernel, animator, 4, pause=0.01)  # a second cell: a picture of its own
    animator.finish()
    assert [update for update, _, _ in kernel.shown] == [False, False]
    assert kernel.shown[0][1] != kernel.shown[1][1]
    animator.finish()
    assert len(kernel.shown) == 2


def test_an_animator_without_points_shows_nothing(kernel):
    with d2l.Animator():
        pass
    assert not kernel.shown and not d2l.plt.get_fignums()


def test_a_failure_keeps_the_curves_so_far(kernel):
    with pytest.raises(KeyboardInterrupt), d2l.Animator() as animator:
        animator.add(1, 2)
        raise KeyboardInterrupt
    assert len(kernel.shown) == 1


# Animator in a real kernel

CELLS = {
    "train": """
        import torch
        import d2lutils as d2l
        torch.manual_seed(0)
        data = [(torch.randn(64, 2), torch.randint(2, (64,)))] * 4
        net = torch.nn.Linear(2, 2)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        print("before")
        d2l.train_ch3(net, data, data, torch.nn.CrossEntropyLoss(), 5, optimizer)
        print("after")
    """,
    "loop": """
        import time
        animator = d2l.Animator(xlabel="epoch", legend=["loss"])
        for epoch in range(1, 5):
            animator.add(epoch, 1 / epoch)
            print(epoch)
            time.sleep(0.3)
    """,
    "next cell": "net.training",
    "failure": "other = d2l.Animator(); other.add(1, 2); other.add(2, 3); 1 / 0",
    "the same curves": """
        for _ in range(2):
            with d2l.Animator() as animator:
                animator.add(1, 2)
                animator.add(2, 3)
    """,
    "plot": "d2l.plot([1, 2], [3, 4], 'x', 'y')",
    "the same plot": "d2l.plot([1, 2], [3, 4], 'x', 'y')",
}


@pytest.fixture(scope="module")
def cells():
    """The outputs of CELLS, executed in one kernel."""
    sources = [textwrap.dedent(source).strip() for source in CELLS.values()]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources]
    )
    client = nbclient.NotebookClient(
        notebook, kernel_name="python3", timeout=120, allow_errors=True
    )
    client.execute()
    return dict(zip(CELLS, (cell.outputs for cell in notebook.cells)))


def pictures(outputs):
    return [output for output in outputs if output.output_type == "display_data"]


def printed(outputs):
    return "".join(output.text for output in outputs if output.output_type == "stream")


def test_training_leaves_one_final_figure_in_its_cell(cells):
    (picture,) = pictures(cells["train"])
    assert "<svg" in picture.data["image/svg+xml"]
    assert picture.data["text/plain"].endswith("at epoch 5")
    assert printed(cells["train"]) == "before\nafter\n"


def test_a_loop_without_finish_leaves_one_final_figure_and_all_that_was_printed(cells):
    (picture,) = pictures(cells["loop"])
    assert picture.data["text/plain"] == "Figure: loss 0.25 at epoch 4"
    assert printed(cells["loop"]) == "1\n2\n3\n4\n"


def test_the_next_cell_does_not_show_the_figure_again(cells):
    assert [output.output_type for output in cells["next cell"]] == ["execute_result"]


def test_a_cell_that_fails_shows_the_figure_it_had(cells):
    assert len(pictures(cells["failure"])) == 1
    assert [o.ename for o in cells["failure"] if o.output_type == "error"] == ["ZeroDivisionError"]


def test_plots_are_vector_graphics(cells):
    (picture,) = pictures(cells["plot"])
    assert "<svg" in picture.data["image/svg+xml"]


def test_the_same_plot_gives_the_same_file(cells):
    one, other = (cells[name][0].data["image/svg+xml"] for name in ("plot", "the same plot"))
    assert "clip-path" in one  # a part with a name
    assert one == other


def test_the_same_curves_give_the_same_file(cells):
    one, other = (p.data["image/svg+xml"] for p in pictures(cells["the same curves"]))
    assert "clip-path" in one
    assert one == other


def test_nothing_in_the_kernel_goes_to_stderr(cells):
    for outputs in cells.values():
        assert not [o for o in outputs if o.output_type == "stream" and o.name == "stderr"]


# Animator in a script

SCRIPT = """
import sys
import torch
import d2lutils as d2l
data = [(torch.randn(64, 2), torch.randint(2, (64,)))] * 4
net = torch.nn.Linear(2, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
d2l.train_ch3(net, data, data, torch.nn.CrossEntropyLoss(), 3, optimizer)
print(d2l.plt.get_fignums(), [list(line.get_xdata()) for line in d2l.plt.gca().lines])
print("IPython" in sys.modules)
"""

# A backend with windows, as far as pyplot can tell, which says when it shows them.
BACKEND = """
from matplotlib.backends.backend_agg import FigureCanvasAgg, FigureManagerBase
class FigureCanvas(FigureCanvasAgg):
    required_interactive_framework = "headless"
class FigureManager(FigureManagerBase):
    @classmethod
    def pyplot_show(cls, *, block=None):
        from matplotlib import pyplot as plt
        print("shown", plt.get_fignums())
        plt.close("all")
FigureCanvas.manager_class = FigureManager
"""


def script(folder, backend):
    """Run a script, with warnings as errors, and return what it printed."""
    (folder / "backend_of_test.py").write_text(BACKEND)
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", SCRIPT],
        env={**os.environ, "MPLBACKEND": backend, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_a_script_ends_with_one_complete_figure(tmp_path):
    figures, ipython = script(tmp_path, "Agg")
    assert figures == f"[1] {[[1.0, 2.0, 3.0]] * 3}"
    assert ipython == "False"


def test_a_window_is_shown_once_when_the_script_ends(tmp_path):
    figures, _, shown = script(tmp_path, "module://backend_of_test")
    assert (figures[:3], shown) == ("[1]", "shown [1]")


def test_a_figure_that_the_script_showed_is_not_shown_again(monkeypatch):
    shown = []
    monkeypatch.setattr(d2l.plt, "show", lambda: shown.append(d2l.plt.get_fignums()))
    canvas = d2l.Animator().fig.canvas
    animator_module._show_windows()
    assert not shown  # this canvas has no window
    canvas.required_interactive_framework = "headless"
    animator_module._show_windows()
    assert shown == [[1]]
    d2l.plt.close("all")  # as showing does
    animator_module._show_windows()
    assert len(shown) == 1
