"""The committed records: there is one for each experiment, of its present code, and it is true."""

import random

import pytest

from d2lutils import records
from d2lutils.devices import fast_mode
from tools import record as tool


@pytest.mark.page
def test_every_experiment_has_a_record_of_its_present_code():
    assert tool.check(tool.pages()) == []


def test_every_record_belongs_to_an_experiment():
    assert tool.orphans() == []


def test_two_settings_of_a_record_run_again_give_its_numbers():
    if fast_mode():
        pytest.skip("records are made from full runs")
    paths = [p for p in tool.pages() if any(e.recorded for e in tool.load_page(p))]
    if not paths:
        pytest.skip("nothing is recorded yet")
    seed = random.randrange(10**6)  # stands in the output when the test fails
    print(f"random.Random({seed})")
    rng = random.Random(seed)
    wrong = tool.verify([rng.choice(paths)], 2, rng)
    if records.data_state() == "sample":
        pytest.skip("there is only a sample of the data")
    assert wrong == []
