"""Experiment: what it accepts, how it runs and keeps its runs, and what it shows."""

import collections
import concurrent.futures
import math
import multiprocessing
import threading

import matplotlib
import numpy as np
import pytest
import torch

from d2lutils.data import datasets
from d2lutils.experiment import WIDGET_VIEW, Experiment, explorer_from_record

matplotlib.use("agg")


pytestmark = pytest.mark.usefixtures("own_folders")


def train(lr, act="relu", num_epochs=3, seed=0):
    w = torch.rand(1, requires_grad=True)
    for _ in range(num_epochs):
        w = w - lr * 2 * w
        yield {"loss": w**2, "error": np.float32(0.5) + seed}


def experiment(function=train, name="test/01-page", **options) -> Experiment:
    return Experiment(function, name, **({"lr": [0.1, 0.2, 0.4], "seeds": 2} | options))


# What it accepts

def not_a_generator(lr):
    return {"loss": 1.0}


def with_more(lr, width):
    yield {"loss": 1.0}


def with_any(lr, **others):
    yield {"loss": 1.0}


@pytest.mark.parametrize("options, error, message", [
    ({"function": not_a_generator}, TypeError, "train must be a generator function"),
    ({"function": with_more}, ValueError, "width, a parameter of train, must be in the grid"),
    ({"function": with_any}, ValueError, r"train must have plain parameters only, got \*\*others"),
    ({"rate": [1, 2]}, ValueError, "an axis of the grid .* must be one of 'lr', 'act', .* 'rate'"),
    ({"seed": [1, 2]}, ValueError, "an axis of the grid"),
    ({"lr": []}, ValueError, "lr must be a list of numbers, of strings or of booleans, got"),
    ({"lr": 0.1}, TypeError, "lr must be a list of values, got 0.1"),
    ({"act": "relu"}, TypeError, "act must be a list of values, got 'relu'"),
    ({"lr": [0.1, "0.2"]}, ValueError, "lr must be a list of numbers, of strings or of booleans"),
    ({"lr": [0.1, True]}, ValueError, "lr must be a list of numbers"),
    ({"lr": [0.1, None]}, ValueError, "lr must be a list of numbers"),
    ({"lr": [0.1, math.nan]}, ValueError, "a value of lr must be a finite number"),
    ({"lr": [0.1, 0.1]}, ValueError, "lr must have different values"),
    ({"lr": range(1, 2002)}, ValueError, "grid must have at most 2,000 settings, got 2,001"),
    ({"seeds": 0}, ValueError, "seeds must be an integer of at least 1, got 0"),
    ({"seeds": 2.5}, TypeError, "seeds must be an integer"),
    ({"name": "page"}, ValueError, "name must be like 'part/page'"),
    ({"ranges": {"rate": (0, 1)}}, ValueError, "an axis in ranges must be one of 'lr'"),
    ({"ranges": {"lr": 1}}, TypeError, r"ranges\['lr'\] must be a pair"),
    ({"ranges": {"lr": (1, 0)}}, ValueError, r"ranges\['lr'\] must have low <= high"),
    ({"show": {"color": "red"}}, ValueError, "a key of show must be one of 'caption', "),
])
def test_a_bad_experiment_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        experiment(**options)


def test_an_empty_grid_is_refused():
    with pytest.raises(ValueError, match="grid must have at least one axis"):
        Experiment(train, "test/01-page")


@pytest.mark.parametrize("setting, error, message", [
    ({}, ValueError, "lr must be given: a setting names lr"),
    ({"lr": 0.5}, ValueError, "lr must be a finite number from 0.1 to 0.4, got 0.5"),
    ({"lr": "0.2"}, TypeError, "lr must be a number, got '0.2'"),
    ({"lr": 0.2, "rate": 1}, ValueError, "a name in the setting must be one of 'lr', 'act', "),
    ({"lr": 0.2, "num_epochs": 0}, ValueError, "num_epochs must be an integer of at least 1"),
    ({"lr": 0.2, "seed": -1}, ValueError, "seed must be an integer of at least 0, got -1"),
])
def test_a_setting_outside_what_was_given_is_refused(setting, error, message):
    with pytest.raises(error, match=message):
        experiment().run(**setting)


def test_values_that_are_no_numbers_have_to_be_on_their_axis_and_whole_ones_stay_whole():
    two = experiment(act=["relu", "tanh"], num_epochs=[1, 4])
    with pytest.raises(ValueError, match="act must be one of 'relu', 'tanh', got 'elu'"):
        two.run(lr=0.1, act="elu", num_epochs=2)
    with pytest.raises(TypeError, match="num_epochs must be an integer"):
        two.run(lr=0.1, act="tanh", num_epochs=2.5)
    assert len(two.run(lr=0.1, act="tanh", num_epochs=2).curves["loss"]) == 2


def test_ranges_widen_what_can_be_run():
    assert experiment(ranges={"lr": (0, 1)}).run(lr=0.9).setting == {"lr": 0.9}


# One run

def test_a_run_gives_one_number_an_epoch_for_each_metric():
    run = experiment().run(seed=3, lr=torch.tensor(0.2), num_epochs=4)
    assert run.setting == {"lr": pytest.approx(0.2), "num_epochs": 4} and run.seed == 3
    assert run.curves["error"] == [3.5] * 4
    torch.manual_seed(3)
    start = torch.rand(1).item()
    expected = [(start * 0.6**n) ** 2 for n in range(1, 5)]
    np.testing.assert_allclose(run.curves["loss"], expected, rtol=1e-5)


def test_a_run_repeats_itself_and_another_seed_differs():
    first, again, other = (experiment().run(seed=s, lr=0.1).curves["loss"] for s in (0, 0, 1))
    assert first == again != other


def test_smoke_mode_cuts_the_epochs(monkeypatch):
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    assert len(experiment().run(lr=0.1, num_epochs=9).curves["loss"]) == 2


@pytest.mark.parametrize("steps, error, message", [
    ([], ValueError, "train must yield once an epoch, but it yielded nothing"),
    ([1.0], TypeError, "train must yield a dict like .*, got 1.0"),
    ([{}], TypeError, "train must yield a dict like"),
    ([{"loss": "low"}], TypeError, "train must yield a dict of numbers, got {'loss': 'low'}"),
    ([{"loss": torch.ones(2)}], TypeError, "train must yield a dict of numbers"),
    ([{"loss": 1}, {"error": 1}], ValueError, "same names each epoch, got .'error'. after .'loss'"),
])
def test_what_train_yields_is_checked(steps, error, message):
    def bad(lr):
        yield from steps

    with pytest.raises(error, match=message):
        experiment(bad).run(lr=0.1)


# The whole grid

CALLS = collections.deque()  # a list would count as a constant that train reads


def counted(lr, seed):
    CALLS.append((lr, seed))
    yield {"loss": torch.rand(1).item() + lr}


def threads():
    return concurrent.futures.ThreadPoolExecutor(3)


def processes():
    return concurrent.futures.ProcessPoolExecutor(2, multiprocessing.get_context("fork"))


@pytest.mark.parametrize("pool", [threads, processes])
def test_executors_give_the_same_numbers_as_this_process(pool, tmp_path, monkeypatch):
    alone = experiment().run_all()
    monkeypatch.setenv("D2LUTILS_DATA", str(tmp_path / "other"))
    with pool() as executor:
        together = experiment().run_all(executor)
    assert not alone.errors and not together.errors
    assert [(r.setting, r.seed) for r in together.runs] == [(r.setting, r.seed) for r in alone.runs]
    assert [r.curves for r in together.runs] == [r.curves for r in alone.runs]


def test_runs_that_were_finished_are_not_run_again():
    CALLS.clear()
    first = experiment(counted).run_all()
    assert len(CALLS) == len(first.runs) == 6
    assert experiment(counted).run_all() == first and len(CALLS) == 6
    experiment(counted, seeds=3).run_all()
    assert list(CALLS)[6:] == [(0.1, 2), (0.2, 2), (0.4, 2)]


def test_a_damaged_kept_run_is_run_again(tmp_path):
    experiment(counted).run_all()
    file = next((tmp_path / "data").rglob("*.json"))
    file.write_text(file.read_text()[:20])
    CALLS.clear()
    assert len(experiment(counted).run_all().runs) == 6 and len(CALLS) == 1


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_stop_loses_none_of_the_finished_runs(stop):
    def stopping(lr, seed):
        CALLS.append((lr, seed))
        if len(CALLS) == 4:
            raise stop
        yield {"loss": lr}

    CALLS.clear()
    with pytest.raises(stop):
        experiment(stopping).run_all()
    assert len(experiment(stopping).run_all().runs) == 6
    assert len(CALLS) == 4 + 3


def failing(lr, seed):
    if lr == 0.2:
        raise RuntimeError("out of memory\nat a place")
    yield {"loss": lr}


@pytest.mark.parametrize("pool", [None, threads, processes])
def test_a_run_that_raises_is_told_and_the_others_go_on(pool):
    seen = []
    executor = pool and pool()
    runs, errors = experiment(failing).run_all(executor, lambda *news: seen.append(news))
    assert [run.setting["lr"] for run in runs] == [0.1, 0.1, 0.4, 0.4]
    assert [(e.setting, e.seed) for e in errors] == [({"lr": 0.2}, 0), ({"lr": 0.2}, 1)]
    assert errors[0].error == "RuntimeError: out of memory"
    assert [done for done, _, _ in seen] == [1, 2, 3, 4, 5, 6]


def test_a_process_that_dies_is_told_and_the_next_call_goes_on(tmp_path):
    def here(lr, seed):
        yield {"loss": lr}

    with processes() as executor:  # a function inside a function cannot be pickled
        runs, errors = experiment(here).run_all(executor)
    assert not runs and len(errors) == 6 and "pickle" in errors[0].error
    assert len(experiment(here).run_all().runs) == 6


def test_threads_take_turns():
    inside, most = [], []

    def nosy(lr, seed):
        inside.append(threading.get_ident())
        most.append(len(inside))
        yield {"loss": torch.rand(1).item()}
        inside.pop()

    with threads() as executor:
        experiment(nosy).run_all(executor)
    assert max(most) == 1


# The record

def test_recording_writes_the_file_and_the_experiment_finds_it():
    one = experiment()
    assert one.recorded is None and not one.stale
    one.record()
    assert not one.stale
    assert one.final("error")[0] == {
        "lr": 0.1, "mean": 1.0, "std": pytest.approx(0.5**0.5), "low": 0.5, "high": 1.5, "n": 2}
    assert one.table("loss", lr=0.4)[0]["lr"] == 0.4
    assert one.curves(lr=0.2)["loss"].shape == (2, 3)


def test_another_grid_other_seeds_or_other_code_make_the_record_stale():
    def train(lr, act="relu", num_epochs=3, seed=0):
        yield {"loss": 1.0}

    experiment().record()
    assert experiment(lr=[0.1]).stale and experiment(seeds=3).stale and experiment(train).stale


def test_a_record_with_failed_runs_is_only_written_when_asked_for():
    with pytest.raises(RuntimeError, match="2 of 6 runs failed, such as .*0.2.*out of memory"):
        experiment(failing).record()
    assert experiment(failing).recorded is None
    experiment(failing).record(partial=True)
    assert [row["lr"] for row in experiment(failing).final("loss")] == [0.1, 0.4]
    assert "3 settings" in repr(experiment(failing).explorer())


def test_nothing_is_recorded_on_a_sample_or_in_smoke_mode(monkeypatch):
    monkeypatch.setattr(datasets, "samples_in_use", {"fashion-mnist"})
    with pytest.raises(RuntimeError, match="it ran on a sample of the data"):
        experiment().record()
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    with pytest.raises(RuntimeError, match="it ran in smoke mode"):
        experiment().record()


def test_runs_on_a_sample_are_kept_apart(monkeypatch):
    CALLS.clear()
    monkeypatch.setattr(datasets, "samples_in_use", {"fashion-mnist"})
    experiment(counted).run_all()
    monkeypatch.setattr(datasets, "samples_in_use", set())
    experiment(counted).run_all()
    assert len(CALLS) == 12


def test_what_is_not_recorded_is_said():
    with pytest.raises(FileNotFoundError, match="test/01-page is not recorded yet"):
        experiment().final("loss")
    experiment().record()
    with pytest.raises(ValueError, match="setting must be a recorded one of test/01-page"):
        experiment().curves(lr=0.3)
    with pytest.raises(ValueError, match="metric must be one of 'loss', 'error'"):
        experiment().final("accuracy")


# What it shows

def test_before_it_is_recorded_it_says_so():
    bundle = experiment()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert all("Not recorded yet" in text for text in bundle.values())


def test_it_shows_an_explorer_that_tells_the_source():
    experiment().record()
    bundle = experiment(show={"caption": "Move it.", "yscale": "log"})._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    assert "Move it." in bundle["text/html"] and "Recorded on " in bundle["text/html"]
    assert "2 seeds a setting" in bundle["text/html"]
    assert "earlier code" not in bundle["text/html"] + bundle["text/plain"]


def test_a_stale_record_is_told_in_the_output_and_not_on_stderr(capsys):
    experiment().record()
    bundle = experiment(seeds=1)._repr_mimebundle_()
    assert "Recorded with earlier code" in bundle["text/html"]
    assert "Recorded with earlier code" in bundle["text/plain"]
    assert capsys.readouterr().err == ""


def test_it_draws_the_metrics_asked_for_over_epochs_counted_from_one():
    experiment().record()
    shown = experiment(show={"metrics": ["loss"]}).explorer().content[(0.1,)]
    assert shown.names == ["loss"] and shown.y["loss"].shape == (2, 3)
    assert list(shown.x["loss"]) == [1, 2, 3]


def test_groups_of_metrics_get_a_select_and_a_range_each():
    experiment().record()
    groups = {"how wrong": ["loss"], "how often": ["error"]}
    explorer = experiment(show={"metrics": groups}).explorer()
    assert explorer.axes["show"] == ["how wrong", "how often"]
    assert explorer.content[(0.1, "how often")].names == ["error"]
    ranges = {tuple(entry["ylim"]) for entry in explorer.state()["settings"].values()}
    assert len(ranges) == 2
    zoomed = experiment(show={"metrics": groups, "ylim": {"how often": (0, 9)}}).explorer()
    zooms = {tuple(entry["ylim"]) for entry in zoomed.state()["settings"].values()}
    assert (0, 9) in zooms and len(zooms & ranges) == 1
    with pytest.raises(ValueError, match="a choice in ylim must be one of 'how wrong'"):
        experiment(show={"metrics": groups, "ylim": {"loss": (0, 9)}}).explorer()


def counting(batch_size, seed):
    """Looks at 10, 20, ... examples; the second seed ends a look earlier than the first."""
    for look in range(1, 5 - seed):
        yield {"loss": 1 / look, "read": 10 * look * batch_size, "chance": look + seed}


def test_a_metric_can_stand_along_the_x_axis():
    show = {"metrics": ["loss"], "x": "read", "xscale": "log"}
    made = Experiment(counting, "test/01-page", batch_size=[1, 4], seeds=2, show=show)
    made.record()
    explorer = made.explorer()
    assert (explorer.xlabel, explorer.xscale) == ("read", "log")
    curves = explorer.content[(4,)]
    assert curves.names == ["loss"]
    assert curves.x["loss"].tolist() == [40, 80, 120]  # all that both seeds have
    assert np.allclose(curves.mean("loss"), [1, 1 / 2, 1 / 3], rtol=1e-4)
    with pytest.raises(ValueError, match="x must be a metric that no seed changes, got 'chance'"):
        explorer_from_record("test/01-page", metrics=["loss"], x="chance")
    with pytest.raises(ValueError, match="metric must be one of"):
        explorer_from_record("test/01-page", metrics=["loss"], x="epochs")


def test_an_axis_with_a_single_value_gets_no_control():
    two = experiment(act=["relu"])
    two.record()
    assert list(two.explorer().axes) == ["lr"]
    one = experiment(name="test/02-one", lr=[0.1])
    one.record()
    assert one.explorer() is None and "Recorded on" in one._repr_mimebundle_()["text/html"]


def test_a_record_makes_an_explorer_without_the_train_function():
    experiment().record()
    explorer = explorer_from_record("test/01-page", metrics=["error"], caption="Which wins?")
    assert explorer.content[(0.4,)].names == ["error"]
    assert explorer.caption == "Which wins?"
    assert explorer.source.startswith("Recorded on ")
    with pytest.raises(ValueError, match="metric must be one of"):
        explorer_from_record("test/01-page", metrics=["accuracy"])


def test_in_a_live_kernel_it_is_a_panel_too_but_not_in_the_build(monkeypatch):
    class Shell:
        kernel = object()

    monkeypatch.setattr("IPython.get_ipython", Shell)
    monkeypatch.delenv("D2LUTILS_STATIC", raising=False)
    experiment().record()
    view = experiment()._repr_mimebundle_()
    assert set(view) == {"text/html", "image/png", "text/plain", WIDGET_VIEW}
    assert view[WIDGET_VIEW]["model_id"]
    monkeypatch.setenv("D2LUTILS_STATIC", "1")
    assert WIDGET_VIEW not in experiment()._repr_mimebundle_()
