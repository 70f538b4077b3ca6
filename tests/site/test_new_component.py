"""The skeleton of a component keeps in a browser what every component promises."""

import subprocess
import sys

from copies import copied

from tools import new


def test_the_skeleton_of_a_component_passes_its_own_tests(tmp_path):
    book = copied(tmp_path)
    assert new.main(["component", "my-dial"], book) == 0
    command = [sys.executable, "-m", "pytest", "-q", "tests/site/test_components_my_dial.py"]
    ran = subprocess.run(command, cwd=book, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
