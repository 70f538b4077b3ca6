"""Every notebook runs from its first cell to its last, in smoke mode: little data, few epochs."""

import os
import sys
from pathlib import Path

import pytest

from tools import execution
from tools.build import SAMPLE_WARNING

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("[!.]*.ipynb"))


def name(path: Path) -> str:
    return path.relative_to(ROOT / "notebooks").with_suffix("").as_posix()


@pytest.fixture(scope="session")
def variables(tmp_path_factory):
    """The variables of the kernels, with the data where this machine has it."""
    return execution.kernel_environment(tmp_path_factory.mktemp("scratch"), fast=True)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_it_runs_without_an_error_or_a_warning(path, variables, tmp_path):
    if name(path) == "appendix/05-many-machines" and sys.platform == "win32":
        pytest.skip("torchrun does not start on Windows: PyTorch's issue 139990")
    # In an empty folder, as on Colab: a page must not need the files around it. The data need not
    # have been fetched.
    result = execution.run(
        execution.execute(path, variables, folder=tmp_path, allowed=SAMPLE_WARNING)
    )
    if result.error:
        pytest.fail(f"{name(path)}, {result.error}", pytrace=False)
    assert not os.listdir(tmp_path), "the notebook left files behind"
