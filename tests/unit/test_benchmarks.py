"""The code of `make bench`: times, ratios, memory, and the rows of its table."""

import math
import sys

import pytest
import torch

from benchmarks import __main__ as bench
from benchmarks import measure
from benchmarks.measure import Comparison, Cost, Result, Rival, bare, compare, cost, d2l


@pytest.fixture
def clock(monkeypatch):
    """A clock that only `pause` moves on; one call of a side is measured, not many."""
    now = [0.0]
    monkeypatch.setattr(measure, "LEAST_SECONDS", 0)
    monkeypatch.setattr(measure.time, "perf_counter", lambda: now[0])
    return now


def row(clock, ours, rival, theirs):
    def pause(seconds):
        return lambda: clock.__setitem__(0, clock[0] + seconds)

    comparison = Comparison("a loop", 100, "images", pause(ours), (rival(pause(theirs)),))
    (result,) = compare(comparison, repeats=3)
    return result


def test_a_ratio_beside_d2l_says_how_many_times_as_fast_ours_is(clock):
    result = row(clock, 0.01, lambda run: d2l(run, 2), 0.04)
    assert (result.ratio, result.target) == (pytest.approx(4), "at least 2")
    assert result.reached and not result.failed
    assert (result.ours.rate, result.theirs.rate) == pytest.approx((10_000, 2_500))


def test_a_ratio_beside_a_bare_loop_says_how_many_times_as_long_ours_takes(clock):
    result = row(clock, 0.04, bare, 0.01)
    assert (result.ratio, result.target) == (pytest.approx(4), "at most 1.1")
    assert result.failed and not result.reached


@pytest.mark.parametrize(("target", "reached", "failed"), [
    (1.5, True, False), (3, False, False), (5, False, True)])
def test_missing_a_target_by_a_factor_of_two_is_a_failure(clock, target, reached, failed):
    result = row(clock, 0.01, lambda run: d2l(run, target), 0.02)
    assert (result.reached, result.failed) == (reached, failed)


def test_all_sides_run_in_turn_after_a_warm_up(monkeypatch):
    monkeypatch.setattr(measure, "LEAST_SECONDS", 0)
    ran = []
    sides = [lambda side=side: ran.append(side) for side in "abc"]
    rivals = tuple(Rival(name, run, 1) for name, run in zip("bc", sides[1:]))
    results = compare(Comparison("a loop", 1, "images", sides[0], rivals), repeats=2)
    assert ran == list("abcabcabc")
    assert [result.against for result in results] == ["b", "c"]


def test_a_short_run_is_repeated_and_its_mean_is_taken(clock, monkeypatch):
    monkeypatch.setattr(measure, "LEAST_SECONDS", 0.2)
    calls = []

    def run():
        calls.append(0)
        clock[0] += 0.03

    measured = cost(run, count=10)
    assert len(calls) == 7
    assert (measured.seconds, measured.rate) == pytest.approx((0.03, 10 / 0.03))


@pytest.mark.skipif(not measure.CLEAR_REFS.exists(), reason="memory is counted on Linux")
def test_the_memory_of_a_run_is_what_it_holds_at_its_peak_beside_what_is_there(monkeypatch):
    monkeypatch.setattr(measure, "LEAST_SECONDS", 0)
    kept = torch.ones(20_000_000)  # 80 MB, there before
    peaks = [cost(lambda: torch.ones(size).sum()).megabytes for size in (12_500_000, 1)]
    assert 45 < peaks[0] < 60
    assert peaks[1] < 10
    assert len(kept)


def test_memory_that_cannot_be_counted_is_not_a_number(monkeypatch, tmp_path):
    monkeypatch.setattr(measure, "CLEAR_REFS", tmp_path / "none")
    assert math.isnan(cost(list).megabytes)


def result(against="d2l 0.17.6", ratio=2.5, reached=True, failed=False):
    return Result("train_ch6, LeNet", against, "images", Cost(2.0, 12_000.4, 31.6),
                  Cost(5.0, 4_800.0, math.nan), ratio, "at least 3", reached, failed)


def test_a_row_shows_rates_ratio_target_and_memory_of_both_sides():
    line = bench.line(result(reached=False))
    assert line.split() == (
        "train_ch6, LeNet d2l 0.17.6 12,000 4,800 images/s 2.50 at least 3 MISSED 32 - MB".split())
    assert "FAILED" in bench.line(result(reached=False, failed=True))


def test_the_summary_counts_the_rows_beside_d2l():
    rows = [result(), result(ratio=0.9), result(ratio=1.5), result("a bare loop", 3.0)]
    assert bench.summary(rows) == "beside d2l 3 rows: 1 slower, 1 at least twice as fast"


def test_the_help_names_the_parts(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--help"])
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert ended.value.code == 0
    printed = " ".join(capsys.readouterr().out.split())  # it breaks lines as the terminal is wide
    assert "import, basics, cnn, rnn, translation, optimization, regularization" in printed


@pytest.mark.parametrize(("arguments", "said"), [
    (["astronomy"], "PART must be one of import, basics"),
    (["--repeats", "2"], "at least 5")])
def test_what_the_command_line_refuses(monkeypatch, capsys, arguments, said):
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
