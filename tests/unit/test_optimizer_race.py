"""OptimizerRace and its surfaces in Python: what is said of them holds, and what is refused."""

import math

import numpy as np
import pytest
import torch

import d2lutils as d2l
from d2lutils.surfaces import SURFACES
from d2lutils.widgets.optimizer_race import RATES
from d2lutils.widgets.race_still import METHODS, descend

ALL = list(SURFACES.values())


def gradient(surface, point):
    w = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(surface(*w), w)[0]


def curvatures(surface, point):
    w = torch.tensor(point, dtype=torch.float64)
    gradient = torch.func.grad(lambda w: surface(*w))
    return torch.linalg.eigvalsh(torch.func.jacrev(gradient)(w))


# ---- surfaces

@pytest.mark.parametrize("surface", ALL, ids=lambda s: s.name)
def test_the_marked_points_are_what_they_are_called(surface):
    for kind in ("minima", "local_minima", "saddles"):
        for point in getattr(surface, kind):
            assert gradient(surface, point).norm() < 1e-12
            low, high = curvatures(surface, point)
            assert (low < 0 < high) if kind == "saddles" else (low > 0)
            assert (surface(*point) == 0) == (kind == "minima")


@pytest.mark.parametrize("surface", ALL, ids=lambda s: s.name)
def test_nothing_in_the_picture_lies_below_zero_and_no_other_point_is_stationary(surface):
    x, y = np.meshgrid(np.linspace(*surface.xlim, 301), np.linspace(*surface.ylim, 201))
    heights = surface(x, y)
    assert heights.min() >= 0
    # A minimum of the grid, inside it, is near one that is marked.
    inner = heights[1:-1, 1:-1]
    around = [np.roll(heights, (i, j), (0, 1))[1:-1, 1:-1]
              for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    for i, j in np.argwhere(inner < np.min(around, axis=0)):
        at = (x[i + 1, j + 1], y[i + 1, j + 1])
        marked = surface.minima + surface.local_minima
        # Along Rosenbrock's valley the grid has dents of its own.
        if surface.name != "Rosenbrock":
            assert min(math.dist(at, one) for one in marked) < 0.05


@pytest.mark.parametrize("surface", ALL, ids=lambda s: s.name)
def test_the_picture_is_three_to_two_and_holds_the_start_and_all_contours(surface):
    (left, right), (low, high) = surface.xlim, surface.ylim
    assert (right - left) / (high - low) == pytest.approx(1.5)
    for x, y in (surface.start, *surface.minima, *surface.local_minima, *surface.saddles):
        assert left <= x <= right and low <= y <= high
    x, y = np.meshgrid(np.linspace(left, right, 301), np.linspace(low, high, 201))
    assert surface(x, y).max() > surface.levels[-1]
    assert sorted(surface.levels) == list(surface.levels)


@pytest.mark.parametrize("surface", ALL, ids=lambda s: s.name)
def test_the_formula_is_that_of_the_function(surface):
    text = surface.formula.replace("²", "**2").replace("−", "-").replace("10(", "10*(")
    for name in ("x", "y"):
        text = text.replace(f"cos 2{name}", f"cos(2*{name})")
    x, y = 0.7, -1.3
    assert eval(text, {"x": x, "y": y, "cos": math.cos}) == pytest.approx(surface(x, y))


def test_a_surface_takes_numbers_arrays_and_tensors():
    f = d2l.surface("many minima")
    grid = f(np.array([0.0, 1.0]), np.array([2.0, 1.0]))
    assert grid.shape == (2,) and grid[0] == f(0.0, 2.0)
    assert torch.allclose(f(*torch.tensor([[0.0, 1.0], [2.0, 1.0]])).double(), torch.tensor(grid))
    with pytest.raises(ValueError, match="name must be one of 'bowl', .*got 'hill'"):
        d2l.surface("hill")


# ---- the component

def test_without_a_start_all_methods_run_from_the_first_surfaces_own():
    made = d2l.OptimizerRace(["Adam", "momentum"], ["saddle", "bowl"])
    assert made.start == {
        "surface": "saddle", "methods": ["Adam", "momentum"], "rate": 0.1, "momentum": 0.9,
        "beta1": 0.9, "beta2": 0.999, "x": -1.8, "y": 0.02,
    }  # fmt: skip


def test_another_surface_brings_its_own_point_where_none_is_given():
    tour = [("Bowl", {"surface": "bowl"}, "Look."), ("Here", {"x": 1, "y": 1}, "And here.")]
    made = d2l.OptimizerRace(["Adam"], start={"surface": "ravine", "x": 2}, tour=tour)
    assert (made.start["x"], made.start["y"]) == (2, d2l.surface("ravine").start[1])
    bowl, here = (stop["setting"] for stop in made.tour)
    assert (bowl["x"], bowl["y"]) == d2l.surface("bowl").start
    assert here == {"x": 1, "y": 1}


def test_only_knobs_that_a_method_uses_are_there_and_hold_all_values_asked_for():
    names = lambda made: [knob["name"] for knob in made.state()["knobs"]]
    assert names(d2l.OptimizerRace(["gradient descent", "AdaGrad"])) == ["rate"]
    assert names(d2l.OptimizerRace(["Nesterov"])) == ["rate", "momentum"]
    made = d2l.OptimizerRace(["Adam"], start={"rate": 0.123}, tour=[("A", {"rate": 1.97}, "B")])
    assert names(made) == ["rate", "beta1", "beta2"]
    values = made.state()["knobs"][0]["values"]
    assert {0.123, 1.97, *RATES} == set(values) and sorted(values) == values


def test_the_still_picture_shows_the_ways_of_torch():
    made = d2l.OptimizerRace(["momentum"], start={"surface": "bowl", "rate": 0.5, "momentum": 0.5})
    points, losses = descend("momentum", d2l.surface("bowl"), made.start)
    assert points.shape == (101, 2) and len(losses) == 101
    x, y = d2l.surface("bowl").start
    assert points[1] == pytest.approx([x / 2, y / 2])
    assert points[2] == pytest.approx([0.0, 0.0])  # half the way down, and half the last step


@pytest.mark.parametrize("method", METHODS)
def test_a_way_ends_where_numbers_grow_too_large(method):
    setting = {"rate": 10, "momentum": 0.9, "beta1": 0.9, "beta2": 0.999, "x": -1.5, "y": 1.2}
    points, losses = descend(method, d2l.surface("Rosenbrock"), setting)
    assert len(points) == len(losses) and np.isfinite(points).all()
    assert np.isfinite(losses).all()


@pytest.mark.parametrize(("given", "error", "words"), [
    ({"methods": "Adam"}, TypeError, "methods must be a list"),
    ({"methods": []}, TypeError, "methods must be a list"),
    ({"methods": ["Adam", "Adam"]}, ValueError, "methods must name each once"),
    ({"surfaces": ["hill"]}, ValueError, "an entry of surfaces must be one of 'bowl'"),
    ({"start": {"lr": 1}}, ValueError, "a key of start must be one of 'surface'"),
    ({"start": {"rate": 11}}, ValueError, r"start\['rate'\] must be .* 0.0001 to 10, got 11"),
    ({"start": {"x": 7}}, ValueError, r"start\['x'\] must be .* -6 to 6, got 7"),
    ({"start": {"surface": "saddle"}}, ValueError, r"start\['surface'\] must be one of 'bowl'"),
    ({"start": {"methods": ["Adam"]}}, ValueError, "an entry of start.*got 'Adam'"),
    ({"tour": ["Go"]}, TypeError, r"tour\[0\] must be a tuple"),
    ({"tour": [("Go", {"rate": "big"}, "Look.")]}, TypeError, r"the values of tour\[0\]"),
    ({"tour": [("Go", {}, " ")]}, ValueError, r"the text of tour\[0\] must not be empty"),
])  # fmt: skip
def test_what_cannot_be_shown_is_refused_with_the_reason(given, error, words):
    with pytest.raises(error, match=words):
        d2l.OptimizerRace(**{"methods": ["momentum"], "surfaces": ["bowl", "ravine"], **given})
