"""python -m benchmarks [PART...] [--repeats N]: a table, and the same as JSON in _build/bench.json.

The ratios are reported; the exit status is 1 only where one misses its target by a factor of two.
A ratio beside d2l says how many times as fast ours is; beside bare PyTorch, how many times as
long it takes. MB is the memory that a run needs beside what is loaded already, ours and theirs.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

from . import basics, cnn, optimization, regularization, rnn, translation
from .measure import NOT_SLOWER, Cost, Result, compare
from .old_d2l import old_d2l

OUT = Path(__file__).resolve().parent.parent / "_build" / "bench.json"
PARTS = {
    part.__name__.rpartition(".")[2]: part
    for part in (basics, cnn, rnn, translation, optimization, regularization)
}
IMPORT_TARGET = 0.5  # seconds beyond torch and torchvision


def measured(names: list[str], repeats: int) -> Iterator[Result]:
    """Yield one result after the other."""
    old = old_d2l()
    for name in names:
        if name == "import":
            yield import_result(repeats)
            continue
        for comparison in PARTS[name].comparisons(old):
            yield from compare(comparison, repeats)


def import_result(repeats: int) -> Result:
    """Return how long `import d2lutils` takes where torch and torchvision are imported already."""
    code = (
        "import time, torch, torchvision; start = time.perf_counter(); import d2lutils; "
        "print(time.perf_counter() - start)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
            for _ in range(repeats)]
    seconds = statistics.median(float(run.stdout) for run in runs)
    ours, nothing = Cost(seconds, 1 / seconds, math.nan), Cost(0.0, math.inf, math.nan)
    return Result("import d2lutils", "torch and torchvision alone", "imports", ours, nothing,
                  seconds, f"at most {IMPORT_TARGET:g} s", seconds <= IMPORT_TARGET,
                  seconds > 2 * IMPORT_TARGET)


def line(result: Result) -> str:
    """Return a row of the table."""
    mark = "reached" if result.reached else "MISSED" if not result.failed else "FAILED"
    rates = f"{figure(result.ours.rate):>9} {figure(result.theirs.rate):>9}"
    memory = f"{figure(result.ours.megabytes):>5} {figure(result.theirs.megabytes):>5}"
    return (f"{result.what:38} {result.against:27} {rates} {result.unit + '/s':12} "
            f"{result.ratio:7.2f}  {result.target:13} {mark:7} {memory} MB")


def figure(value: float) -> str:
    """Return a number with at least two digits that say something, or "-" for none."""
    if not math.isfinite(value):
        return "-"
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def summary(results: list[Result]) -> str:
    """Say how ours stands beside d2l."""
    ratios = [r.ratio for r in results if r.against.startswith("d2l")]
    return (f"beside d2l {len(ratios)} rows: {sum(r < NOT_SLOWER for r in ratios)} slower, "
            f"{sum(r >= 2 for r in ratios)} at least twice as fast")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = ["import", *PARTS]
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(known))
    parser.add_argument("--repeats", type=int, default=5, help="turns for each row (default 5)")
    given = parser.parse_args()
    for part in given.parts:
        if part not in known:
            parser.error(f"PART must be one of {', '.join(known)}, got {part}")
    if given.repeats < 5:
        parser.error(f"--repeats must be at least 5 for a median to mean something, "
                     f"got {given.repeats}")
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {platform.machine()}, "
          f"{os.cpu_count()} cores; medians of {given.repeats} turns")
    results = []
    for result in measured(given.parts or known, given.repeats):
        results.append(result)
        print(line(result), flush=True)
    print(summary(results))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([dataclasses.asdict(r) for r in results], indent=1) + "\n")
    print(f"written to {OUT}")
    return int(any(result.failed for result in results))


if __name__ == "__main__":
    sys.exit(main())
