"""What the tests share."""

import pytest

from d2lutils import records
from d2lutils.data import datasets


@pytest.fixture(autouse=True)
def no_sample_is_in_use():
    """Forget that a test made the loaders fall back on the sample: records refuse that data."""
    yield
    datasets.samples_in_use.clear()


@pytest.fixture
def own_folders(tmp_path, monkeypatch):
    """Give a test folders of its own for records and for finished runs, and full runs."""
    (tmp_path / "records").mkdir()
    monkeypatch.setattr(records, "FOLDER", tmp_path / "records")
    monkeypatch.setenv("D2LUTILS_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("D2LUTILS_FAST", raising=False)
