"""What importing the package costs: every kernel and every process of a loader pays it."""

import subprocess
import sys

import pytest


# Half the time of the import; a kernel's own tools; what only some pages use.
@pytest.mark.parametrize("module", ["torchvision", "pandas", "IPython", "ipywidgets"])
def test_importing_the_package_leaves_a_slow_module_alone(module):
    script = f"import sys, d2lutils; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
