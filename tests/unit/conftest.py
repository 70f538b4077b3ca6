"""What the tests share."""

import pytest

from d2lutils.data import datasets


@pytest.fixture(autouse=True)
def no_sample_is_in_use():
    """Forget that a test made the loaders fall back on the sample: records refuse that data."""
    yield
    datasets.samples_in_use.clear()
