"""Time two pieces of code in turn, and compare their medians."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """Two pieces of code that do the same work, and how their times should compare.

    Attributes
    ----------
    what, against
        What is timed, in words.
    ours, theirs
        Functions of no arguments, run in turn.
    target
        With `faster`, theirs must take at least `target` times as long as ours; without,
        ours may take at most `target` times as long as theirs.
    """

    what: str
    against: str
    ours: Callable[[], object]
    theirs: Callable[[], object]
    target: float
    faster: bool = False


@dataclass(frozen=True)
class Result:
    """Medians in seconds, their ratio, and whether the ratio reaches the target."""

    what: str
    against: str
    ours: float
    theirs: float
    ratio: float
    target: str
    reached: bool
    failed: bool


def seconds(run: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def compare(comparison: Comparison, repeats: int) -> Result:
    """Run both sides once to warm up, then in turn; the ratio is the median over the turns.

    A neighbour on the same machine slows both sides of a turn alike, so the ratio of a turn
    says more than the times do. What misses its target by a factor of two has failed.
    """
    comparison.ours(), comparison.theirs()
    turns = [(seconds(comparison.ours), seconds(comparison.theirs)) for _ in range(repeats)]
    ours, theirs = (statistics.median(times) for times in zip(*turns))
    if comparison.faster:
        ratio = statistics.median(t / o for o, t in turns)
        short = comparison.target / ratio
        target = f"at least {comparison.target:g}"
    else:
        ratio = statistics.median(o / t for o, t in turns)
        short = ratio / comparison.target
        target = f"at most {comparison.target:g}"
    return Result(comparison.what, comparison.against, ours, theirs, ratio, target,
                  reached=short <= 1, failed=short > 2)
