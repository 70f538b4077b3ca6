"""The figures of d2l 0.17.6: the same curves, pictures, names and limits."""

import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt

import d2lutils

pytestmark = pytest.mark.filterwarnings("ignore:torch.meshgrid")

X = torch.arange(0, 3, 0.25)


def look(axes=None) -> list:
    """Return what a pair of axes shows."""
    axes = axes or plt.gca()
    legend = axes.get_legend()
    return [
        axes.get_xlabel(), axes.get_ylabel(), axes.get_xscale(), axes.get_yscale(),
        [float(limit) for limit in (*axes.get_xlim(), *axes.get_ylim())],
        [text.get_text() for text in legend.get_texts()] if legend else [],
        [[*map(list, np.array(line.get_data(), float)), line.get_linestyle()]
         for line in axes.lines],
        axes.xaxis.get_gridlines()[0].get_visible(),
        plt.gcf().get_size_inches().tolist(),
    ]


PLOTS = {
    "one curve": lambda d2l: d2l.plot(X, X**2, "x", "f(x)"),
    "X alone": lambda d2l: d2l.plot(X**2),
    "lists": lambda d2l: d2l.plot([1, 2, 4], [[1, 3, 2], [0, 1, 5]], legend=["a", "b"]),
    "curves with X of their own": lambda d2l: d2l.plot(
        [[1, 2], [1, 2, 3]], [[4, 5], [6, 7, 8]], legend=["a", "b"]),
    "four curves": lambda d2l: d2l.plot(X, [X, X**2, X**3, -X]),
    "limits and scales": lambda d2l: d2l.plot(
        X + 1, [X + 1], "x", "y", xlim=[1, 8], ylim=[0.5, 9], xscale="log", yscale="log",
        fmts=["g-."], figsize=(5, 3)),
    "given axes": lambda d2l: d2l.plot(X, X, axes=plt.subplots(1, 2)[1][1]),
}


@pytest.mark.parametrize("draw", PLOTS.values(), ids=PLOTS)
def test_plot(draw, same):
    def run(d2l):
        draw(d2l)
        return [look(axes) for axes in plt.gcf().axes]

    same(run)


@pytest.mark.parametrize("arguments", [
    ("x", "y", [0, 2], [-1, 5], "linear", "linear", ["a", "b"]),
    (None, None, None, None, "linear", "log", None),
    ("epoch", "loss", [1, 10], None, "log", "linear", []),
])
def test_set_axes(arguments, same):
    def run(d2l):
        axes = plt.subplots()[1]
        axes.plot([1, 2, 3], [2, 1, 4])
        axes.plot([1, 2, 3], [3, 3, 2])
        d2l.set_axes(axes, *arguments)
        return look(axes)

    same(run)


def test_set_figsize(same):
    def run(d2l):
        sizes = []
        for arguments in ([], [(6, 4)]):
            d2l.set_figsize(*arguments)
            sizes.append(list(plt.rcParams["figure.figsize"]))
        return sizes

    assert same(run) == [[3.5, 2.5], [6, 4]]


def animated(d2l, *points, **options):
    animator = d2l.Animator(**options)
    for x, y in points:
        animator.add(x, y)
    return [animator.X, animator.Y, look(animator.axes[0]), len(animator.axes)]


ANIMATIONS = {
    "curves with gaps": lambda d2l: animated(
        d2l, (1, (0.9, 0.2, None)), (2, (0.5, None, 0.7)), (3, (0.4, 0.8, 0.6)),
        xlabel="epoch", xlim=[1, 3], ylim=[0, 1], legend=["a", "b", "c"]),
    "one curve": lambda d2l: animated(d2l, (1, 4.0), (2, [2.0]), (4, (1.0,)), yscale="log"),
    "an x for each": lambda d2l: animated(d2l, ([1, 2], [3, 4]), ([2, 4], [5, 6])),
    "two axes": lambda d2l: animated(d2l, (1, 2), (3, 4), ncols=2, figsize=(6, 2)),
}


@pytest.mark.parametrize("run", ANIMATIONS.values(), ids=ANIMATIONS)
def test_animator(run, same):
    same(run)


def pictures() -> list:
    return [[ax.get_title(), [image.get_array().tolist() for image in ax.images],
             ax.get_xlabel(), ax.get_ylabel()] for ax in plt.gcf().axes]


@pytest.mark.parametrize("shape, rows, columns, titles", [
    ((2, 5, 6), 1, 2, None), ((6, 5, 6), 2, 3, list("abcdef")), ((3, 5, 6, 3), 1, 4, list("abc")),
])
def test_show_images(shape, rows, columns, titles, same):
    def run(d2l):
        axes = d2l.show_images(torch.rand(shape), rows, columns, titles and titles * 2)
        return [axes.shape, pictures(), plt.gcf().get_size_inches().tolist()]

    same(run)


def test_show_heatmaps(same):
    def run(d2l):
        d2l.show_heatmaps(
            torch.rand(2, 3, 4, 5), "keys", "queries", titles=list("abc"), figsize=(5, 4))
        for ax in plt.gcf().axes[3:6]:
            ax.set_title("")  # d2l repeats the titles in each row
        cmaps = {image.get_cmap().name for ax in plt.gcf().axes[:-1] for image in ax.images}
        return [pictures()[:-1], sorted(cmaps), plt.gcf().get_size_inches().tolist()]

    same(run)


def test_show_trace_2d(same):
    def run(d2l):
        d2l.show_trace_2d(lambda x1, x2: x1**2 + 2 * x2**2, [(-5, -2), (-2, 0.5), (0, 0)])
        axes = plt.gca()
        heights = [line.levels.tolist() for line in axes.collections]
        return [look(), heights]

    same(run, rel=1e-5)


# Different on purpose


def test_pictures_are_gray_and_on_one_scale(old):
    images = torch.stack([torch.full((2, 2), value) for value in (0.2, 0.9)])
    found = {}
    for d2l in (old, d2lutils):
        axes = d2l.show_images(images, 1, 2)
        found[d2l] = [(ax.images[0].get_cmap().name, *map(float, ax.images[0].get_clim()))
                      for ax in axes]
        plt.close("all")
    assert found[d2lutils] == [("gray", 0, 1)] * 2
    # There each image is drawn from its own darkest to its own brightest, in false colors.
    assert [name for name, *_ in found[old]] == ["viridis"] * 2
    assert found[old][0] != found[old][1]


def test_heatmaps_are_on_the_scale_of_their_color_bar(old):
    matrices = torch.tensor([0.2, 0.9]).reshape(1, 2, 1, 1).expand(1, 2, 3, 3)
    limits = {}
    for d2l in (old, d2lutils):
        d2l.show_heatmaps(matrices, "keys", "queries")
        limits[d2l] = {image.get_clim() for ax in plt.gcf().axes[:-1] for image in ax.images}
        plt.close("all")
    assert len(limits[d2lutils]) == 1 and len(limits[old]) == 2


def test_more_curves_than_formats_are_all_drawn(old):
    drawn = {}
    for d2l in (old, d2lutils):
        d2l.plot(X, [X * k for k in range(6)])
        drawn[d2l] = len(plt.gca().lines)
        plt.close("all")
    assert drawn == {old: 4, d2lutils: 6}


def test_letters_of_formats_stand_for_colors_that_all_can_tell_apart(old):
    colors = {}
    for d2l in (old, d2lutils):
        d2l.plot(X, [X, 2 * X, 3 * X, 4 * X])
        colors[d2l] = [line.get_color() for line in plt.gca().lines]
        plt.close("all")
    assert colors[old][1:] == ["m", "g", "r"]
    assert colors[d2lutils] == list(d2lutils.plotting.curves.COLORS.values())
