"""Experiment: a train function over a grid of settings, recorded and live."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from html import escape
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import records
from .checks import number_in, one_of, positive_int
from .devices import seed_everything
from .records import Record, Run
from .records.code import code_hash
from .records.grid import checked_grid, checked_parameters, checked_range
from .records.running import Failure, arguments_for, epochs, run_many, run_once
from .records.store import keep, kept
from .records.views import explorer_from_record, record_explorer
from .widgets import Explorer
from .widgets.grid import is_number, label, plain

__all__ = ["Experiment", "explorer_from_record"]

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
STALE = "Recorded with earlier code: the code on this page may give other curves."
_SHOW = [
    "caption", "metrics", "start", "x", "xlabel", "ylabel", "xlim", "ylim", "xscale", "yscale",
]  # fmt: skip


class Outcome(NamedTuple):
    """What `Experiment.run_all` returns: the finished runs, and those that raised an error."""

    runs: list[Run]
    errors: list[Failure]


class Experiment:
    """A train function over a grid of settings, each with several seeds.

    As the last line of a cell it shows its recorded runs, as an `Explorer`; in a live kernel
    also controls that train a setting of the reader's own.

    Parameters
    ----------
    train
        A generator function that trains from scratch and yields once an epoch a dict of
        numbers, the same names each time. Before each run everything is seeded, see
        `seed_everything`; where `train` has a parameter ``seed`` it gets the seed too. A
        parameter ``num_epochs`` (with a default) can be set in the panel.
    name
        "part/page", or "part/page/which" for a second one on a page; the record's name.
    seeds
        How many seeds, 0, 1, ..., each setting is recorded with.
    ranges
        For some axes of numbers (low, high): what `run` and the panel accept. The default is
        from the smallest to the largest value on the axis.
    show
        What the Explorer draws: "metrics", a list of names (the default is all), "x", the metric
        along the x axis (the default is the epoch), and the keywords of `Explorer`.
    **grid
        For parameters of `train` lists of values: all numbers, all strings or all booleans.
        Every parameter without a default has to be here, "seed" aside.

    Attributes
    ----------
    axes
        The grid, with plain values.
    code
        Hash of the code of `train` and of what it uses, at the moment of creation.

    Raises
    ------
    TypeError, ValueError
        If `train` is no generator function, lacks a parameter or has more without default;
        an axis is empty, mixed or repeats a value; there are more than 2,000 settings.

    Examples
    --------
    >>> def train(lr, num_epochs=3):
    ...     w = torch.tensor(1.0)
    ...     for epoch in range(num_epochs):
    ...         w = w - lr * 2 * w  # the gradient of w ** 2
    ...         yield {"loss": w ** 2}
    >>> experiment = d2l.Experiment(train, "basics/00-bowl", lr=[0.1, 0.25], seeds=1)
    >>> experiment.run(lr=0.25).curves
    {'loss': [0.25, 0.0625, 0.015625]}
    """

    def __init__(
        self,
        train: Callable[..., Iterator[dict]],
        name: str,
        /,
        *,
        seeds: int = 5,
        ranges: Mapping[str, Sequence[float]] | None = None,
        show: Mapping | None = None,
        **grid: Sequence,
    ) -> None:
        self.train = train
        self.name = records.checked_name(name)
        self.seeds = positive_int("seeds", seeds)
        self.axes = checked_grid(grid)
        self.parameters = checked_parameters(train, self.axes)
        self.ranges = {axis: (min(v), max(v)) for axis, v in self.axes.items() if is_number(v[0])}
        for axis, given in (ranges or {}).items():
            one_of("an axis in ranges", axis, self.ranges)
            self.ranges[axis] = checked_range(axis, given)
        for key in show or {}:
            one_of("a key of show", key, _SHOW)
        self.show = dict(show or {})
        self.code = code_hash(train, seed_everything)

    def check_setting(self, setting: Mapping) -> dict:
        """Return a setting with plain values, in the grid's order, or say what is wrong.

        Numbers have to lie in the axis's range; other values have to be on the axis. Other
        parameters of `train` may be set too.
        """
        checked = {}
        for axis, values in self.axes.items():
            if axis not in setting:
                raise ValueError(f"{axis} must be given: a setting names {', '.join(self.axes)}")
            value = plain(setting[axis])
            if not is_number(values[0]):
                value = one_of(axis, value, values)
            elif all(isinstance(v, int) for v in values):
                low, high = self.ranges[axis]
                value = positive_int(axis, value, least=math.ceil(low))
                number_in(axis, value, low, high)
            else:
                value = number_in(axis, value, *self.ranges[axis])
            same = [v for v in values if type(v) is not bool and v == value]
            checked[axis] = same[0] if same else value
        others = [p for p in self.parameters if p not in self.axes and p != "seed"]
        for other in setting.keys() - self.axes.keys():
            one_of("a name in the setting", other, [*self.axes, *others])
            checked[other] = setting[other]
            if other == "num_epochs":
                checked[other] = positive_int(other, plain(setting[other]))
        return checked

    def epochs(self, seed: int = 0, **setting) -> Iterator[dict[str, float]]:
        """Train one setting, epoch by epoch: an iterator over what `train` yields."""
        setting, seed = self.check_setting(setting), positive_int("seed", seed, least=0)
        return epochs(self.train, arguments_for(self.parameters, setting, seed), seed)

    def run(self, seed: int = 0, **setting) -> Run:
        """Train one setting, here and now, and return its curves.

        Raises
        ------
        TypeError, ValueError
            If a value is missing, unknown or outside its range. What `train` raises
            passes through.
        """
        setting, seed = self.check_setting(setting), positive_int("seed", seed, least=0)
        return run_once(*self._job(setting, seed))

    def run_all(
        self,
        executor: Executor | None = None,
        progress: Callable[[int, int, Run | Failure], None] | None = None,
    ) -> Outcome:
        """Run the whole grid with every seed, except for what was run before.

        Each finished run is kept on disk at once, under a key of code, setting and seed (and
        data and version of PyTorch), so that a crash or a stop loses none: call again to go
        on. A run that raises an error leaves the others alone.

        Parameters
        ----------
        executor
            Any executor of concurrent.futures; without it the runs go one after the other
            in this process. Threads of one process take turns, since they share its random
            numbers. An executor of processes needs a `train` that it can pickle: one from a
            module.
        progress
            Called after each new run as progress(done, total, run or failure).
        """
        everything = [(s, seed) for s in records.settings(self.axes) for seed in range(self.seeds)]
        found: dict = {i: kept(self.name, self.code, *one) for i, one in enumerate(everything)}
        jobs = {i: self._job(*everything[i]) for i, run in found.items() if run is None}
        done = len(found) - len(jobs)
        for i, outcome in run_many(jobs, executor):
            if isinstance(outcome, Run):
                keep(self.name, self.code, outcome)
            found[i], done = outcome, done + 1
            if progress:
                progress(done, len(found), outcome)
        runs = [run for run in found.values() if isinstance(run, Run)]
        return Outcome(runs, [one for one in found.values() if isinstance(one, Failure)])

    def record(
        self,
        executor: Executor | None = None,
        *,
        partial: bool = False,
        command: str = "Experiment.record",
        progress: Callable[[int, int, Run | Failure], None] | None = None,
    ) -> Path:
        """Run what is missing, see `run_all`, and write the record; return its path.

        Raises
        ------
        RuntimeError
            If a run failed, unless `partial`; if the data is a sample; in smoke mode.
        """
        runs, errors = self.run_all(executor, progress)
        if small := {run.data for run in runs} - {"full"}:
            what = {"sample": "on a sample of the data", "fast": "in smoke mode"}[small.pop()]
            raise RuntimeError(f"{self.name} is not recorded: it ran {what}")
        if errors and (not partial or not runs):
            first = "; ".join(f"{e.setting}, seed {e.seed}: {e.error}" for e in errors[:3])
            raise RuntimeError(f"{self.name} is not recorded: {len(errors)} of "
                               f"{len(runs) + len(errors)} runs failed, such as {first}")
        if len({frozenset(run.curves) for run in runs}) > 1:
            raise RuntimeError(f"{self.name} is not recorded: its runs have different metrics")
        record = Record.now(self.name, self.code, self.axes, self.seeds, runs, command)
        return record.save()

    @property
    def recorded(self) -> Record | None:
        """The record, or None where there is none yet."""
        try:
            return records.load(self.name)
        except FileNotFoundError:
            return None

    @property
    def stale(self) -> bool:
        """Whether the record comes from other code, another grid or other seeds than this."""
        record = self.recorded
        here = (self.code, self.axes, self.seeds)
        return record is not None and (record.code, record.axes, record.seeds) != here

    def table(self, metric: str, at: str = "last", **where) -> list[dict]:
        """Return mean, std, low, high and n over the seeds for each recorded setting.

        `at` is "last", the last epoch, or "best", the best one of each run; `where` picks the
        settings with these values.

        Raises
        ------
        FileNotFoundError
            If nothing is recorded yet.
        """
        return records.load(self.name).table(metric, at, **where)

    def final(self, metric: str) -> list[dict]:
        """Return `table` at the last epoch."""
        return self.table(metric)

    def curves(self, **setting) -> dict[str, np.ndarray]:
        """Return for each metric the recorded curves of a setting, shape (seeds, epochs).

        Raises
        ------
        FileNotFoundError, ValueError
            If nothing, or not this setting, is recorded.
        """
        record = records.load(self.name)
        curves = {metric: record.values(metric, setting) for metric in record.metrics}
        if not any(values.size for values in curves.values()):
            raise ValueError(f"setting must be a recorded one of {self.name}, got {setting!r}")
        return curves

    def explorer(self) -> Explorer | None:
        """Return an Explorer over the recorded runs.

        It is None where there is no record yet, or no axis with two values.
        """
        record = self.recorded
        if record is None or not any(len(values) > 1 for values in record.axes.values()):
            return None
        return record_explorer(record, STALE if self.stale else "", **self.show)

    def __repr__(self) -> str:
        axes = ", ".join(f"{a}: {', '.join(map(label, v))}" for a, v in self.axes.items())
        record = self.recorded
        said = f"{record.source()} {STALE * self.stale}" if record else "Not recorded yet."
        return f"Experiment {self.name} ({axes}; {self.seeds} seeds). {said}".rstrip()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        from .widgets import panel

        explorer = self.explorer()
        bundle = explorer._repr_mimebundle_() if explorer else {
            "text/html": f"<p>{escape(repr(self))}</p>"}
        bundle["text/plain"] = repr(self)
        if panel.in_live_kernel():
            model = panel.Panel(self).view.model_id
            bundle[WIDGET_VIEW] = {"version_major": 2, "version_minor": 0, "model_id": model}
        return bundle

    def _job(self, setting: dict, seed: int) -> tuple:
        return self.train, arguments_for(self.parameters, setting, seed), setting, seed
