"""Run pieces of code that do the same work in turn, and compare their times and their memory."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import math
import re
import statistics
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from matplotlib import pyplot as plt

# A piece of code is run again and again until this much time has passed.
LEAST_SECONDS = 0.2

# The same network takes the same time on both sides, give or take what the machine does beside.
NOT_SLOWER = 0.95

CLEAR_REFS = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Rival:
    """What ours is compared with.

    Attributes
    ----------
    name
        In words.
    run
        A function of no arguments.
    target
        With `faster`, it must take at least `target` times as long as ours; without, ours may
        take at most `target` times as long as it.
    """

    name: str
    run: Callable[[], object]
    target: float
    faster: bool = False


@dataclass(frozen=True)
class Comparison:
    """Pieces of code that do the same work.

    Attributes
    ----------
    what
        The work, in words.
    count, unit
        How many items one run handles, and what they are.
    ours
        A function of no arguments.
    rivals
        What it is compared with.
    """

    what: str
    count: int
    unit: str
    ours: Callable[[], object]
    rivals: tuple[Rival, ...]


@dataclass(frozen=True)
class Cost:
    """What a run takes: seconds, items a second, and megabytes at its peak (see `cost`)."""

    seconds: float
    rate: float
    megabytes: float


@dataclass(frozen=True)
class Result:
    """Medians on both sides, the ratio of their times, and whether it reaches the target."""

    what: str
    against: str
    unit: str
    ours: Cost
    theirs: Cost
    ratio: float
    target: str
    reached: bool
    failed: bool


def d2l(run: Callable[[], object], target: float = NOT_SLOWER) -> Rival:
    """Return d2l 0.17.6 as a rival: ours must be `target` times as fast."""
    return Rival("d2l 0.17.6", run, target, faster=True)


def bare(run: Callable[[], object], target: float = 1.1) -> Rival:
    """Return a bare loop as a rival: ours may take `target` times as long."""
    return Rival("a bare loop", run, target)


def compare(comparison: Comparison, repeats: int) -> list[Result]:
    """Run all sides once to warm up, then in turn; a ratio is the median over the turns.

    A neighbour on the same machine slows the sides of a turn alike, so the ratio of a turn
    says more than the times do. What misses its target by a factor of two has failed.
    """
    runs = [comparison.ours, *(rival.run for rival in comparison.rivals)]
    for run in runs:
        run()
    turns = [[cost(run, comparison.count) for run in runs] for _ in range(repeats)]
    ours, *theirs = zip(*turns)
    return [
        _result(comparison, rival, ours, costs)
        for rival, costs in zip(comparison.rivals, theirs)
    ]


def _result(comparison: Comparison, rival: Rival, ours: tuple, theirs: tuple) -> Result:
    slower = statistics.median(o.seconds / t.seconds for o, t in zip(ours, theirs))
    ratio = 1 / slower if rival.faster else slower
    short = rival.target / ratio if rival.faster else ratio / rival.target
    return Result(
        comparison.what, rival.name, comparison.unit, _median(ours), _median(theirs), ratio,
        f"at {'least' if rival.faster else 'most'} {rival.target:g}",
        reached=short <= 1, failed=short > 2)


def _median(costs: Iterable[Cost]) -> Cost:
    seconds, rate, megabytes = zip(*((c.seconds, c.rate, c.megabytes) for c in costs))
    return Cost(*map(statistics.median, (seconds, rate, megabytes)))


def cost(run: Callable[[], object], count: int = 1) -> Cost:
    """Measure one run, or the mean of several where one takes no time.

    The memory is the most that this process held in RAM meanwhile, less what it held before,
    as Linux counts it (on other systems it is not a number). What earlier runs have freed is
    handed back first. So it counts all of a run, arrays and Python's objects too, but neither
    the data that is loaded already nor what worker processes hold.
    """
    counted = CLEAR_REFS.exists()
    if counted:
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        CLEAR_REFS.write_text("5")  # forget the peak so far
    before = _resident("VmRSS") if counted else 0.0
    start, calls, passed = time.perf_counter(), 0, 0.0
    while not calls or passed < LEAST_SECONDS:
        run()
        calls, passed = calls + 1, time.perf_counter() - start
    megabytes = max(0.0, _resident("VmHWM") - before) if counted else math.nan
    return Cost(passed / calls, count * calls / passed, megabytes)


def _resident(line: str) -> float:
    """Return a line of Linux's account of this process, in megabytes."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"^{line}:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024 / 1e6


@contextlib.contextmanager
def quiet():
    """Keep what a training prints and warns of to itself, and close its figures."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    plt.close("all")


def drain(data_iter: Iterable) -> None:
    """Read a loader to its end."""
    for _ in data_iter:
        pass
