"""The live panel: its callbacks are plain methods, called here without a kernel or a browser."""

import threading

import ipywidgets
import matplotlib
import pytest

from d2lutils.experiment import Experiment
from d2lutils.records.running import TRAINING
from d2lutils.widgets import panel as module
from d2lutils.widgets.controls import control, nearest
from d2lutils.widgets.panel import Panel

matplotlib.use("agg")
LR = [0.01, 0.03, 0.1, 0.3]


pytestmark = pytest.mark.usefixtures("own_folders")


def train(lr, dropout, seed, num_epochs=4):
    if dropout == 0.5:
        raise RuntimeError("<b>out of memory</b>")
    for epoch in range(num_epochs):
        yield {"loss": lr / (epoch + 1) + seed, "error": dropout}


def make(function=train, recorded=True, **options) -> Panel:
    grid = {"lr": LR, "dropout": [0.0, 0.25, 0.5]}
    experiment = Experiment(function, "test/01-page", seeds=2, **(grid | options))
    if recorded:
        experiment.record(partial=True)
    return Panel(experiment)


def finish(panel: Panel) -> Panel:
    panel.train()
    panel.wait(20)
    assert not panel._thread.is_alive()
    return panel


# The controls

@pytest.mark.parametrize("values, kind", [
    (LR, ipywidgets.FloatLogSlider),
    ([0.0, 0.1, 0.3, 0.5], ipywidgets.FloatSlider),
    ([0.0, 0.001, 0.01, 0.1], ipywidgets.SelectionSlider),
    ([1, 2, 3, 4], ipywidgets.IntSlider),
    ([16, 32, 64, 128], ipywidgets.SelectionSlider),
    ([0.1], ipywidgets.SelectionSlider),
    (["SGD", "Adam"], ipywidgets.Dropdown),
    ([True, False], ipywidgets.Dropdown),
])
def test_an_axis_gets_the_control_that_fits_its_values(values, kind):
    limits = None if isinstance(values[0], (str, bool)) else (min(values), max(values))
    widget = control("axis", values, limits)
    assert type(widget) is kind
    assert widget.value == values[len(values) // 2] and widget.description == "axis"
    assert control("axis", values, limits, start=values[0]).value == values[0]


def test_only_what_ipywidgets_7_knows_is_used():
    panel = make(recorded=False)
    used = {type(panel.view), *map(type, panel.view.children)}
    assert used <= {getattr(ipywidgets, name) for name in (
        "VBox", "HBox", "Output", "HTML", "FloatLogSlider", "FloatSlider", "BoundedIntText",
        "IntSlider")}


@pytest.mark.parametrize("end", [0, -1])
def test_both_ends_of_every_slider_can_be_trained(end):
    panel = make(dropout=[0.0, 0.1, 0.25], recorded=False)
    lr = panel.controls["lr"]
    lr.value = lr.base ** (lr.min, lr.max)[end]
    panel.controls["dropout"].value = (0.0, 0.25)[end]
    assert panel.setting() == {"lr": LR[end], "dropout": (0.0, 0.25)[end], "num_epochs": 4}
    assert panel.experiment.check_setting(panel.setting())


def test_epochs_can_be_set_where_train_has_a_parameter_for_them():
    def fixed(lr, dropout):
        yield {"loss": lr}

    assert make(recorded=False).epochs.value == 4
    assert make(fixed, recorded=False).epochs is None


# A run

def test_a_run_fills_the_bar_draws_itself_and_lies_over_the_recorded_ones():
    panel = make()
    before = panel.top.outputs[0]["data"]["text/html"]
    panel.controls["lr"].value = 0.05
    panel.seed.value = 7
    finish(panel)
    assert (panel.progress.value, panel.progress.max) == (4, 4)
    assert "Done after 4 epochs: loss 7.01, error 0.25." in panel.status.value
    assert 'alt="Your curves after 4 epochs: loss 7.01, error 0.25"' in panel.picture.value
    assert "data:image/png;base64," in panel.picture.value
    (setting, own), = panel.explorer.own.items()
    assert setting == (0.05, 0.25) and list(own) == ["yours, seed 7"]
    assert own["yours, seed 7"].y["loss"].shape == (1, 4)
    assert panel.top.outputs[0]["data"]["text/html"] != before
    assert (panel.train_button.disabled, panel.stop_button.disabled) == (False, True)


def test_the_chart_grows_with_each_epoch(monkeypatch):
    monkeypatch.setattr(module, "REDRAW", -1.0)
    panel, drawn = make(), []
    panel.picture.observe(lambda change: drawn.append(change["new"]), "value")
    finish(panel)
    assert [f"after {n} epoch" in text for n, text in enumerate(drawn[:4], 1)] == [True] * 4


def test_pictures_are_at_most_two_a_second():
    panel, drawn = make(), []
    panel.epochs.value = 12
    panel.picture.observe(lambda change: drawn.append(change["new"]), "value")
    finish(panel)
    assert 1 <= len(drawn) < 12 and "after 12 epochs" in drawn[-1]


def test_without_a_record_it_trains_all_the_same():
    panel = finish(make(recorded=False))
    assert "Not recorded yet" in panel.top.outputs[0]["data"]["text/html"]
    assert "Done after 4 epochs" in panel.status.value and "<img" in panel.picture.value


def test_stop_ends_the_run_after_its_epoch_and_train_starts_another():
    reached, go_on, closed = threading.Event(), threading.Event(), threading.Event()

    def slow(lr, dropout, num_epochs=100):
        try:
            for epoch in range(num_epochs):
                yield {"loss": lr}
                if epoch == 2:
                    reached.set()
                    assert go_on.wait(20)
        finally:
            closed.set()

    panel = make(slow, recorded=False)
    panel.train_button.click()
    assert reached.wait(20)
    assert (panel.train_button.disabled, panel.stop_button.disabled) == (True, False)
    panel.stop_button.click()
    assert "Stopping" in panel.status.value
    go_on.set()
    panel.wait(20)
    assert "Stopped after 4 epochs" in panel.status.value
    assert closed.is_set() and not TRAINING.locked() and not panel.train_button.disabled
    panel.epochs.value = 2
    assert "Done after 2 epochs" in finish(panel).status.value


def test_a_run_that_fails_shows_its_error_and_the_panel_goes_on():
    panel = finish(make())
    assert "<img" in panel.picture.value
    panel.controls["dropout"].value = 0.5
    finish(panel)
    shown = panel.status.value
    assert 'role="alert"' in shown and "The run failed.<" in shown
    assert "RuntimeError: &lt;b&gt;out of memory" in shown and "<b>" not in shown
    assert "in train\n" in shown, "the lines that led to the error"
    assert panel.picture.value == "", "the picture of the run before is not this run's"
    assert not panel.train_button.disabled
    panel.controls["dropout"].value = 0.25
    assert "Done" in finish(panel).status.value


def test_a_run_that_fails_on_the_way_keeps_its_picture():
    def breaks(lr, dropout):
        yield {"loss": lr}
        yield {"loss": "much"}

    panel = finish(make(breaks, recorded=False))
    assert "The run failed after 1 epoch." in panel.status.value
    assert "after 1 epoch: loss" in panel.picture.value


def test_the_picture_names_the_setting_that_was_trained(monkeypatch):
    titles = []
    monkeypatch.setattr("matplotlib.figure.Figure.suptitle", lambda _, t, **__: titles.append(t))
    panel = make()
    panel.controls["lr"].value, panel.seed.value = 0.05, 7
    finish(panel)
    assert titles[-1] == ("Yours: lr 0.05, dropout 0.25, seed 7\n"
                          "Dashed: recorded with lr 0.03, dropout 0.25")


def hold(panel) -> threading.Event:
    """Let a panel's run wait in its first epoch; setting the event lets it go on."""
    reached, go_on = threading.Event(), threading.Event()

    def slow(lr, dropout, seed, num_epochs=100):
        reached.set()
        assert go_on.wait(20)
        for _ in range(num_epochs):
            yield {"loss": lr}

    panel.experiment.train = slow
    panel.train()
    assert reached.wait(20)
    return go_on


def test_a_double_click_starts_one_run():
    panel = make(recorded=False)
    go_on = hold(panel)
    running = panel._thread
    panel.train()
    assert panel._thread is running and "Another" not in panel.status.value
    panel.stop()
    go_on.set()
    panel.wait(20)


def test_two_runs_at_once_are_refused():
    panel = make(recorded=False)
    with TRAINING:
        panel.train()
    assert "Another run is going on" in panel.status.value and panel._thread is None
    assert not panel.stop_button.disabled
    panel.stop()  # by now it has ended by itself
    assert "No run is going on" in panel.status.value and panel.stop_button.disabled


def test_the_cell_run_again_during_a_run_can_stop_it():
    gone = make(recorded=False)
    go_on = hold(gone)
    panel = Panel(gone.experiment)
    assert not panel.stop_button.disabled
    panel.stop_button.click()
    go_on.set()
    gone.wait(20)
    assert "Stopped after 1 epoch:" in gone.status.value
    panel.experiment.train = train
    assert "Done after 4 epochs" in finish(panel).status.value


def test_only_the_last_few_runs_stay_in_the_explorer():
    panel = make()
    for seed in range(module.OVERLAID + 2):
        panel.seed.value = seed
        finish(panel)
    own, = panel.explorer.own.values()
    assert list(own) == [f"yours, seed {seed}" for seed in range(2, module.OVERLAID + 2)]


def test_metrics_that_are_not_shown_are_not_drawn():
    panel = finish(make(show={"metrics": ["error"]}))
    own, = panel.explorer.own.values()
    assert own["yours, seed 0"].names == ["error"]


def test_a_metric_along_the_x_axis_is_that_of_the_readers_run_too():
    def read(lr, dropout, seed):
        for look in range(1, 4):
            yield {"loss": lr, "read": 100 * look}

    panel = finish(make(read, show={"metrics": ["loss"], "x": "read"}))
    own, = panel.explorer.own.values()
    assert own["yours, seed 0"].x["loss"].tolist() == [100, 200, 300]
    assert "Done after 3 points: " in panel.status.value


def test_the_nearest_recorded_setting_is_found_on_the_scale_of_its_axis():
    axes = {"lr": LR, "dropout": [0.0, 0.25, 0.5]}
    assert nearest({"lr": 0.06, "dropout": 0.3}, axes) == {"lr": 0.1, "dropout": 0.25}
