"""python -m benchmarks [--repeats N]: a table, and the same as JSON in _build/bench.json.

The ratios are reported; the exit status is 1 only where one misses its target by a factor of two.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import statistics
import sys
from pathlib import Path

import torch

from .basics import comparisons, import_seconds
from .measure import Result, compare

OUT = Path(__file__).resolve().parent.parent / "_build" / "bench.json"
IMPORT_TARGET = 0.5  # seconds beyond torch and torchvision


def measured(repeats: int):
    """Yield one result after the other."""
    for comparison in comparisons():
        yield compare(comparison, repeats)
    times = statistics.median(import_seconds() for _ in range(repeats))
    yield Result("import d2lutils", "torch and torchvision alone", times, 0.0, times,
                 f"at most {IMPORT_TARGET:g} s", times <= IMPORT_TARGET, times > 2 * IMPORT_TARGET)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="turns for each row (default 5)")
    repeats = parser.parse_args().repeats
    if repeats < 5:
        parser.error(f"--repeats must be at least 5 for a median to mean something, got {repeats}")
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {platform.machine()}, "
          f"{os.cpu_count()} cores; medians of {repeats} turns")
    print(f"{'what':46} {'against':36} {'ours':>8} {'theirs':>8} {'ratio':>7}  target")
    results = []
    for result in measured(repeats):
        results.append(result)
        mark = "" if result.reached else "  MISSED" if not result.failed else "  FAILED"
        print(f"{result.what:46} {result.against:36} {result.ours:7.3f}s {result.theirs:7.3f}s "
              f"{result.ratio:7.2f}  {result.target}{mark}", flush=True)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([dataclasses.asdict(r) for r in results], indent=1) + "\n")
    print(f"written to {OUT}")
    return int(any(result.failed for result in results))


if __name__ == "__main__":
    sys.exit(main())
