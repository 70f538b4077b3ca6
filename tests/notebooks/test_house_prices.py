"""The page on house prices: its submission on files like Kaggle's, and what its record claims."""

import ast
import os
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

import d2lutils as d2l
from d2lutils import records
from tools import record as tool

pd = pytest.importorskip("pandas")

PAGE = Path(__file__).resolve().parents[2] / "notebooks" / "basics" / "14-house-prices.ipynb"
NUM_TRAIN, NUM_NEW = 240, 40


def sources(*names):
    """Return the definitions of these functions on the page."""
    cells = [c for c in nbformat.read(PAGE, 4).cells if c.cell_type == "code"]
    nodes = [
        node
        for cell in cells
        if "setup" not in cell.metadata.get("tags", [])
        for node in ast.parse(cell.source).body
    ]
    return [ast.unparse(n) for n in nodes if getattr(n, "name", None) in names]


@pytest.fixture(scope="module")
def page():
    """What the page defines, with choices made; two epochs and little data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("D2LUTILS_FAST", "1")
        tool.load_page(PAGE)
        module = sys.modules["recorded_basics_14_house_prices"]
        vars(module).update(lr=0.003, weight_decay=0.1, penalty_logs=10)
        vars(module)["os"] = os
        for source in sources("both", "read_houses", "submission"):
            exec(source, vars(module))
        yield module


@pytest.fixture
def houses():
    return d2l.ames_housing().sample(frac=1, random_state=0).reset_index(drop=True)


@pytest.fixture
def kaggle(tmp_path, houses):
    """Write train.csv and test.csv, after changes, and say where the three files lie."""

    def write(change_train=lambda t: t, change_test=lambda t: t):
        train, new = houses[:NUM_TRAIN], houses[NUM_TRAIN : NUM_TRAIN + NUM_NEW]
        train = change_train(train.drop(columns="PID"))
        new = change_test(new.drop(columns=["PID", "SalePrice"]))
        files = [tmp_path / name for name in ("train.csv", "test.csv", "submission.csv")]
        train.to_csv(files[0], index=False, na_rep="NA")
        new.to_csv(files[1], index=False, na_rep="NA")
        return files

    return write


def submit(page, files):
    """Run the page's function, and read what it wrote."""
    d2l.seed_everything(0)
    page.submission(*files)
    return pd.read_csv(files[2])


def test_the_submission_has_a_price_for_each_house_in_the_order_of_the_file(page, kaggle, houses):
    files = kaggle()
    result = submit(page, files)
    assert list(result) == ["Id", "SalePrice"]
    new = houses[NUM_TRAIN : NUM_TRAIN + NUM_NEW]
    assert list(result["Id"]) == list(new["Id"])
    assert np.isfinite(result["SalePrice"]).all() and (result["SalePrice"] > 0).all()
    known = np.corrcoef(np.log(result["SalePrice"]), np.log(new["SalePrice"]))[0, 1]
    assert known > 0.8  # these are prices of these houses
    assert sorted(p.name for p in files[2].parent.iterdir()) == sorted(p.name for p in files)


@pytest.mark.parametrize(
    "change_train, change_test",
    [
        (lambda t: t, lambda t: t.assign(Neighborhood="Moon", MSSubClass=7)),
        (lambda t: t, lambda t: t.assign(LotFrontage=np.nan, KitchenQual=np.nan)),
        (lambda t: t, lambda t: t.assign(MSSubClass=[np.nan, *t["MSSubClass"][1:]])),
        (lambda t: t.assign(LotFrontage=np.nan, PoolQC=np.nan), lambda t: t.assign(PoolQC="Ex")),
        (lambda t: t.assign(LotArea=10_000), lambda t: t),
    ],
    ids=["unseen", "all missing in test", "code with a hole", "all missing in train", "constant"],
)
def test_odd_columns_give_finite_prices(page, kaggle, change_train, change_test):
    result = submit(page, kaggle(change_train, change_test))
    assert len(result) == NUM_NEW
    assert result["SalePrice"].between(10_000, 2_000_000).all()


def test_the_order_of_columns_and_further_ones_do_not_matter(page, kaggle):
    plain = submit(page, kaggle())
    turned = kaggle(lambda t: t[t.columns[::-1]].assign(Note="x"), lambda t: t[t.columns[::-1]])
    assert submit(page, turned).equals(plain)


@pytest.mark.parametrize(
    "change_train, change_test, says",
    [
        (lambda t: t.drop(columns=["SalePrice"]), lambda t: t, r"train\.csv lacks SalePrice"),
        (lambda t: t, lambda t: t.drop(columns=["Id", "Alley"]), r"test\.csv lacks Id, Alley"),
        (lambda t: t, lambda t: t[:0], r"test\.csv lacks rows"),
        (lambda t: t, lambda t: t.assign(LotArea="big"), r"test\.csv: LotArea .* got 'big'"),
        (lambda t: t, lambda t: t.assign(LotArea=np.inf), r"test\.csv: LotArea .* got inf"),
        (lambda t: t.assign(SalePrice=np.nan), lambda t: t, r"train\.csv: SalePrice .* got 'NA'"),
        (lambda t: t.assign(SalePrice=0), lambda t: t, r"train\.csv: SalePrice .* positive"),
    ],
)
def test_a_wrong_table_is_refused_and_the_last_submission_stays(
    page, kaggle, change_train, change_test, says
):
    files = kaggle(change_train, change_test)
    files[2].write_text("before")
    with pytest.raises(ValueError, match=says):
        page.submission(*files)
    assert files[2].read_text() == "before"


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\xff\xfe", b'a,b\n1,2,3,4\n"'])
def test_a_file_that_is_no_table_is_named(page, kaggle, content):
    files = kaggle()
    files[1].write_bytes(content)
    with pytest.raises(ValueError, match=r"test\.csv is not a table in CSV"):
        page.submission(*files)


def test_a_stop_before_the_end_leaves_the_last_submission(page, kaggle, monkeypatch):
    files = kaggle()
    files[2].write_text("before")

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(page.os, "replace", stop)
        with pytest.raises(KeyboardInterrupt):
            page.submission(*files)
    assert files[2].read_text() == "before"


def test_what_columns_learn_comes_from_their_table_alone(page, houses):
    train, other = houses[:200], houses[200:300]
    columns = page.Columns(train)
    X = columns(train)[:, : len(page.NUMERIC)]
    known = torch.tensor(train[page.NUMERIC].notna().all().tolist())
    assert X.mean(0).abs().max() < 1e-5
    std = X.std(0)[known]
    assert torch.allclose(std[std > 0], torch.tensor(1.0), atol=1e-5)
    before = columns(other[:10])
    columns(other.assign(Neighborhood="Moon"))
    assert (columns(other[:10]) == before).all()
    assert before.shape[1] == X.shape[1] + sum(map(len, columns.values.values()))


def test_the_record_shows_a_gain_of_five_percent_on_each_split():
    record = records.load("basics/14-house-prices/splits")
    linear, tuned = (
        record.values(name, {"splits": 5})[:, -1] for name in ("linear", "both")
    )
    gains = 1 - tuned / linear
    assert len(gains) == 5 and (gains >= 0.05).all(), gains
