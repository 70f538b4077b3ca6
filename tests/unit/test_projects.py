"""The projects: their data, the check of predictions, and the page's code."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import d2lutils as d2l
from d2lutils import records
from d2lutils.data import datasets
from d2lutils.projects import baselines, checking, predictions, tasks

PAGE = Path(__file__).resolve().parents[2] / "book" / "projects.md"
NAMES = list(tasks.TASKS)
IMAGES = [name for name, task in tasks.TASKS.items() if task.images]


@pytest.fixture(autouse=True)
def full_runs(monkeypatch, tmp_path):
    """Count openings in a folder of the test's own, and make no data smaller."""
    monkeypatch.setattr(checking, "data_folder", lambda: tmp_path)
    monkeypatch.delenv("D2LUTILS_FAST", raising=False)


@pytest.fixture
def noise(monkeypatch):
    """Put noise in the place of Fashion-MNIST: each image's first pixel tells its part."""
    def images(train):
        n, rng = (1200, np.random.default_rng(1)) if train else (600, np.random.default_rng(2))
        pixels = rng.integers(0, 100, (n, 28, 28), dtype=np.uint8)
        pixels[:, 0, 0] = (200 if train else 250)
        pixels[n - n // 6:, 0, 0] += train
        return torch.from_numpy(pixels), torch.from_numpy(rng.integers(0, 10, n))

    monkeypatch.setattr(tasks, "fashion_mnist", images)


@pytest.fixture
def cnn(noise):
    return d2l.project("cnn")


def brightness(X):
    """Predict something that needs no training and differs from image to image."""
    return (X.sum((1, 2, 3)) * 7).long() % 10


def same(a, b):
    """Say whether two X are the same."""
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    return a.equals(b) if hasattr(a, "equals") else a == b


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_draws_sealed_data_and_leaves_the_other_parts_alone(name, noise):
    first, again, other = (tasks.TASKS[name].parts(seed) for seed in (0, 0, 1))
    for part in ("train", "valid"):
        assert same(getattr(first, part)[0], getattr(other, part)[0])
    assert same(tasks.opened(first.test)[0], tasks.opened(again.test)[0])
    assert not same(tasks.opened(first.test)[0], tasks.opened(other.test)[0])


@pytest.mark.parametrize("name", NAMES)
def test_sealed_data_does_not_open_by_itself(name, noise):
    with pytest.raises(RuntimeError, match="sealed"):
        len(tasks.TASKS[name].parts(0).test)


def test_no_house_is_in_two_parts_and_none_tells_a_year_of_the_building():
    parts = tasks.basics_parts()
    X, _ = tasks.opened(parts.test)
    tables = [parts.train[0], parts.valid[0], X]
    assert [len(table) for table in tables] == [1000, 330, 800]
    rows = [set(map(tuple, table.astype(str).to_numpy())) for table in tables]
    # Two sales may agree in all that is left of them, but hardly more.
    assert len(rows[0] & rows[2]) + len(rows[1] & rows[2]) + len(rows[0] & rows[1]) < 5
    assert [c for c in X.columns if re.search("Y(ea)?r", c)] == ["YrSold"]


@pytest.mark.parametrize("name", ["optimization", "regularization"])
def test_the_images_of_the_parts_are_those_of_the_parts_of_fashion_mnist(name, noise):
    train, valid, test = tasks.TASKS[name].parts(0)
    told = [set((X[:, 0, 0, 0] * 255).round().int().tolist())
            for X, _ in (train, valid, tasks.opened(test))]
    assert told[:2] == [{200}, {201}] and told[2] == {250}


def test_scenes_hold_the_labeled_garment_at_some_place():
    images = np.zeros((10, 28, 28), np.uint8)
    images[:, 0, 0] = images[:, 27, 27] = np.arange(10) * 20 + 60  # outside the scraps
    X, y = tasks.scenes(images, np.arange(10), 50, np.random.default_rng(0))
    assert X.shape == (50, 1, 48, 48) and X.dtype == torch.float32
    for scene, label in zip(X[:, 0], y.tolist()):
        (top, left), (bottom, right) = scene.nonzero().tolist()
        assert (bottom - top, right - left) == (27, 27)
        assert scene[top, left] * 255 == pytest.approx(label * 20 + 60)


def test_three_in_ten_labels_slip_to_the_next_class():
    y = torch.arange(10).repeat(1000)
    _, slipped = tasks.slipped(y, y, np.random.default_rng(0))
    moved = (slipped - y) % 10
    assert set(moved.tolist()) == {0, 1}
    assert moved.float().mean().item() == pytest.approx(0.3, abs=0.02)


def test_the_sealed_lines_are_of_the_sealed_chapters():
    _, _, test = d2l.tale_parts()
    whole = " ".join(tasks.text_lines(test.open()))
    X, y = tasks.opened(tasks.rnn_parts(3).test)
    assert len(y) == 150 and X[0] == y[0].replace(" ", "")
    assert sum(line in whole for line in y) > 140  # but for the cut at the end


def test_words_count_where_both_ends_are_right():
    found = predictions.words_found(
        ["the lark sang", "thelark sang", "t h e larksang"], ["the lark sang"] * 3)
    assert found.tolist() == [1, pytest.approx(1 / 3), 0]


@pytest.mark.parametrize(("given", "error", "said"), [
    (None, TypeError, "tensor or an array of numbers, got NoneType"),
    (["coat"] * 3, TypeError, "got list"),
    ([[1, 2], [1]], TypeError, "got list"),
    ([1, 2], ValueError, r"3 labels.*shape \(3,\).*got the shape \(2,\)"),
    (torch.zeros(3, 9), ValueError, r"got the shape \(3, 9\)"),
    (torch.zeros(3, 1), ValueError, r"got the shape \(3, 1\)"),
    (torch.zeros(3), TypeError, "whole numbers.*float32"),
    ([True, False, True], TypeError, "bool"),
    ([1, 2, 10], ValueError, "from 0 to 9, got 10"),
    ([1, -1, 0], ValueError, "from 0 to 9, got -1"),
    (torch.full((3, 10), math.nan), ValueError, "finite numbers, got 30"),
])
def test_labels_that_do_not_fit_are_refused(given, error, said):
    with pytest.raises(error, match=f"(?s)^predictions must.*{said}"):
        predictions.right_labels(given, torch.tensor([1, 2, 3]))


def test_labels_may_be_scores_of_any_float_type():
    scores = torch.eye(10)[:3]
    for given in (scores, scores.bfloat16(), scores.numpy(), scores.tolist(), [0, 1, 2]):
        assert predictions.right_labels(given, torch.tensor([0, 1, 3])).tolist() == [1, 1, 0]


@pytest.mark.parametrize(("given", "error", "said"), [
    ([1.0, 2.0], ValueError, r"3 numbers of shape \(3,\), got the shape \(2,\)"),
    (np.zeros((3, 3)), ValueError, r"got the shape \(3, 3\)"),
    ([1.0, math.inf, 2.0], ValueError, "finite numbers, got 1"),
    (["1990"] * 3, TypeError, "numbers, got list"),
])
def test_years_that_do_not_fit_are_refused(given, error, said):
    with pytest.raises(error, match=said):
        predictions.absolute_errors(given, np.array([1.0, 2.0, 3.0]))


def test_a_series_in_another_order_is_refused():
    project = d2l.project("basics")
    with pytest.raises(ValueError, match="the order of the rows was changed"):
        project.score(lambda houses: houses.sort_values("SalePrice")["YrSold"])
    assert project.score(lambda houses: houses["YrSold"]).score > 20


@pytest.mark.parametrize(("given", "error", "said"), [
    ("the lark", TypeError, "list of 2 strings, got str"),
    (["thelark"], ValueError, "list of 2 strings, got 1"),
    (["thelark", 3], TypeError, r"predictions\[1\] must be a string, got int"),
    (["the lark", "sung"], ValueError, r"predictions\[1\] must be line 1 .*got 'sung'"),
    (["sang", "the lark"], ValueError, r"predictions\[0\] must be line 0 "),
])
def test_lines_that_do_not_fit_are_refused(given, error, said):
    with pytest.raises(error, match=said):
        predictions.words_found(given, ["the lark", "sang"])


def test_predictions_in_another_order_are_refused(cnn):
    with pytest.raises(ValueError, match="keep their order"):
        cnn.score(lambda X: brightness(X)[torch.randperm(len(X))])


def test_a_network_that_still_trains_is_refused_and_a_module_is_put_into_evaluation_mode(cnn):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Dropout(0.9), nn.Linear(48 * 48, 10))
    with pytest.raises(ValueError, match="evaluation mode"):
        cnn.score(lambda X: net(X))
    cnn.score(net)
    assert net.training


def test_predict_gets_a_copy(cnn):
    before = tasks.opened(cnn._test)[0].clone()
    cnn.check(lambda X: brightness(X.zero_()))
    assert torch.equal(tasks.opened(cnn._test)[0], before)


@pytest.mark.parametrize(("arguments", "error", "said"), [
    (("svm",), ValueError, "name must be one of 'basics', 'cnn'"),
    (("rnn", -1), ValueError, "seed must be an integer of at least 0"),
    (("rnn", "a"), TypeError, "seed must be an integer"),
])
def test_a_project_that_does_not_exist_is_refused(arguments, error, said):
    with pytest.raises(error, match=said):
        d2l.project(*arguments)


def test_labels_instead_of_a_function_are_refused(cnn):
    with pytest.raises(TypeError, match="predict must be a function of X or a module, got list"):
        cnn.score([1, 2, 3])


def test_openings_are_counted_for_each_draw_but_not_errors_and_not_validation(cnn, tmp_path):
    cnn.score(brightness)
    with pytest.raises(ValueError, match="shape"):
        cnn.check(lambda X: X)
    assert "opened 1 time on" in repr(cnn.check(brightness))
    assert "opened 2 times on" in repr(cnn.check(brightness))
    assert "sealed data 5 opened 1 time on" in repr(d2l.project("cnn", 5).check(brightness))
    assert json.loads((tmp_path / "projects-opened.json").read_text()) == {"cnn 0": 2, "cnn 5": 1}


@pytest.mark.parametrize("content", ["{", "[]", '{"cnn 0": "x"}', '{"cnn 0": null}'])
def test_a_damaged_count_begins_anew(content, cnn, tmp_path):
    (tmp_path / "projects-opened.json").write_text(content)
    assert "opened 1 time on" in repr(cnn.check(brightness))


def test_where_nothing_can_be_counted_the_score_says_so(cnn, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(checking, "data_folder", lambda: tmp_path / "file")
    assert "not counted" in repr(cnn.check(brightness))


@pytest.mark.parametrize(("better", "score", "gain", "beats"), [
    ("higher", 0.8, 0.1, True), ("higher", 0.72, 0.02, False), ("higher", 0.6, -0.1, False),
    ("lower", 0.6, 0.1, True), ("lower", 0.8, -0.1, False),
])
def test_only_a_gain_of_more_than_two_standard_errors_beats(better, score, gain, beats):
    result = d2l.ProjectScore("sealed", "it", better, score, 0.03, 100, 0.7, 0.0)
    assert result.gain == pytest.approx(gain) and result.beats == beats
    assert ("may be chance" in repr(result)) == (abs(gain) < 0.06)


def test_a_gain_that_another_seed_may_take_away_does_not_beat():
    once = d2l.ProjectScore("sealed", "it", "higher", 0.676, 0.007, 4000, 0.640, 0.011)
    assert once.beats
    result = replace(once, luck=0.017)
    assert not result.beats and "may be chance" in repr(result)


def test_a_predictor_that_returns_nothing_is_told_so(cnn):
    with pytest.raises(TypeError, match="got None: is a return missing"):
        cnn.check(lambda X: None)


@pytest.mark.parametrize("name", NAMES)
def test_no_single_training_of_a_baseline_beats_it(name):
    record = records.load(checking.RECORD)
    finals = (record.finals(f"sealed {what}", {"project": name}) for what in ("score", "error"))
    for score, error in zip(*finals):
        result = d2l.ProjectScore("sealed", "it", tasks.TASKS[name].better, score, error, 1,
                                  *checking.baseline(name, "sealed"))
        assert not result.beats


def test_the_standard_error_is_that_of_a_mean(cnn):
    result = cnn.check(brightness)
    p, n = result.score, result.examples
    assert result.error == pytest.approx((p * (1 - p) / (n - 1)) ** 0.5)


@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_baseline_is_far_from_perfect_and_from_nothing(name):
    for part in ("valid", "sealed"):
        score, error, luck = checking.baseline(name, part)
        assert (luck < 1e-9) == (name == "rnn")
        assert 0 < error < 0.2 * score
        low, high = (4, 12) if name == "basics" else (0.2, 0.9)
        assert low < score < high


def test_the_record_is_of_the_present_code():
    assert not baselines.experiment.stale


def test_a_baseline_does_not_beat_itself():
    project = d2l.project("rnn")
    result = project.check(baselines.rnn(*project.train))
    assert result.gain == pytest.approx(0, abs=1e-4) and not result.beats


def test_poor_predictors_lose():
    rnn, basics = d2l.project("rnn"), d2l.project("basics")
    middle = basics.train[1].mean()
    for project, predict in ((rnn, lambda lines: lines), (rnn, lambda ls: [" ".join(l) for l in ls]),
                             (basics, lambda houses: np.full(len(houses), middle))):
        result = project.check(predict)
        assert "worse" in repr(result) and "more than chance" in repr(result)
        assert not result.beats


@pytest.mark.parametrize("name", IMAGES)
def test_nothing_is_compared_on_a_sample_of_the_images(name, noise, monkeypatch):
    monkeypatch.setattr(datasets, "samples_in_use", {"fashion-mnist"})
    result = d2l.project(name).score(brightness)
    assert result.baseline is None and math.isnan(result.gain) and not result.beats
    assert "no comparison: this is a sample" in repr(result)


def test_nothing_is_compared_in_smoke_mode_or_without_a_record(monkeypatch, tmp_path):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    assert "not recorded yet" in repr(d2l.project("rnn").score(list))
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    assert "smoke mode" in repr(d2l.project("rnn").score(list))


def test_the_networks_of_the_baselines_take_the_data(noise, monkeypatch):
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    for name in IMAGES:
        measured, = baselines.measure(name)
        assert 0 <= measured["sealed score"] <= 1


def blocks(section):
    return re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def test_the_code_of_the_page_runs(noise, monkeypatch):
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    start, *own, grading = filter(None, map(blocks, re.split("^## ", PAGE.read_text("utf-8"),
                                                            flags=re.M)))
    assert len(own) == len(NAMES)
    for code in ([*start, *grading], *own):  # who grades goes on from the end of a project
        space: dict = {}
        for block in code:
            exec(block, space)


def test_the_page_has_for_each_project_its_code_and_its_baseline():
    page = PAGE.read_text("utf-8")
    for name in NAMES:
        section, = (s for s in re.split("^## ", page, flags=re.M) if f"```{{baseline}} {name}\n" in s)
        assert f"d2l.project('{name}')" in section and f":pyobject: {name}\n" in section


def test_the_points_of_the_rubric_are_a_hundred():
    rubric = PAGE.read_text("utf-8").partition("## How it is graded")[2]
    assert sum(map(int, re.findall(r"^\| \*\*\w+\*\*, (\d+) \|", rubric, re.M))) == 100
