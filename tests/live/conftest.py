"""A notebook with a live panel, open in JupyterLab, in each of the stacks that readers have."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from panel import Notebook

from tools.environment import venv_python

ROOT = Path(__file__).resolve().parents[2]
COLAB = ROOT / ".venv-colab"
STACKS = ["ipywidgets 8", "Colab"]
KERNEL = "stack"

# A real training, slowed down so that Stop can come in its middle; recorded at full speed, in the
# notebook's own folder.
SETUP = """\
import threading
import time
from pathlib import Path

import torch
from torch import nn

import d2lutils as d2l
from d2lutils import records

records.FOLDER = Path('records')
records.FOLDER.mkdir()
slow = threading.Event()


def train(lr, hidden, num_epochs=15):
    if hidden == 4:
        raise RuntimeError('<b>no room</b> for this')
    X = torch.linspace(-3, 3, 128).reshape(-1, 1)
    net = nn.Sequential(nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, 1))
    trainer = torch.optim.SGD(net.parameters(), lr=lr)
    for epoch in range(num_epochs):
        for _ in range(10):
            loss = nn.functional.mse_loss(net(X), torch.sin(X))
            trainer.zero_grad()
            loss.backward()
            trainer.step()
        time.sleep(0.2 if slow.is_set() else 0)
        yield {'loss': loss}


experiment = d2l.Experiment(
    train, 'live/01-panel', lr=[0.01, 0.03, 0.1], hidden=[8, 16, 24], seeds=2,
    ranges={'hidden': (4, 24)})
experiment.record()
slow.set()
"""
CELLS = [SETUP, "experiment", "f'still {6 * 7}'"]


@dataclass
class Stack:
    """A kernel's interpreter, and the front end's extensions that go with it."""

    name: str
    python: Path
    extensions: Path | None = None


@pytest.fixture(scope="session", params=STACKS)
def stack(request):
    """The kernel's versions: those of this environment, or those of Colab."""
    if request.param != "Colab":
        return Stack(request.param, Path(sys.executable))
    # The newest JupyterLab draws the widgets of ipywidgets 7 with the 1.x of jupyterlab_widgets.
    extensions = COLAB / "share" / "jupyter" / "labextensions"
    found = list(COLAB.rglob("site-packages/jupyterlab_widgets-1.*.dist-info"))
    if not found:
        pytest.skip("There are no versions of Colab's here: `make versions NAME=colab` gets them.")
    return Stack(request.param, venv_python(COLAB), extensions)


@pytest.fixture(scope="session")
def lab(stack, tmp_path_factory):
    """The address of a JupyterLab with one notebook, which the stack's kernel runs."""
    folder = tmp_path_factory.mktemp("lab")
    write_settings(folder, stack)
    metadata = {"kernelspec": {"name": KERNEL, "display_name": stack.name, "language": "python"}}
    cells = [nbformat.v4.new_code_cell(code) for code in CELLS]
    (folder / "work").mkdir()
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.write(notebook, folder / "work" / "panel.ipynb")
    with served(folder, stack) as address:
        yield address


def write_settings(folder: Path, stack: Stack) -> None:
    """Write the stack's kernel, and the settings of a JupyterLab that asks for nothing."""
    environment = {"PYTHONPATH": str(ROOT), "D2LUTILS_DATA": str(folder / "data")}
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        environment[name] = "1"
    command = [str(stack.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {"argv": command, "display_name": stack.name, "language": "python"}
    news = {"@jupyterlab/apputils-extension:announcements": True}
    for path, content in (
        (f"share/kernels/{KERNEL}/kernel.json", {**kernel, "env": environment}),
        ("config/labconfig/page_config.json", {"disabledExtensions": news}),
    ):
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(json.dumps(content), encoding="utf-8")


@contextlib.contextmanager
def served(folder: Path, stack: Stack):
    """Run JupyterLab on a free port, and stop it with its kernels."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {"D2LUTILS_FAST", "D2LUTILS_STATIC", "PYTHONPATH", "JUPYTER_PATH"}
    variables = {k: v for k, v in os.environ.items() if k not in own}
    for name, part in (("JUPYTER_CONFIG_DIR", "config"), ("JUPYTER_DATA_DIR", "share"),
                       ("JUPYTER_RUNTIME_DIR", "runtime"), ("IPYTHONDIR", "ipython"),
                       ("MPLCONFIGDIR", "matplotlib")):
        variables[name] = str(folder / part)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
        f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=",
        f"--ServerApp.root_dir={folder / 'work'}", "--LanguageServerManager.autodetect=False",
    ]
    if stack.extensions:
        command.append(f"--LabApp.extra_labextensions_path={stack.extensions}")
    log = folder / "log.txt"
    with log.open("w") as output:
        server = subprocess.Popen(command, env=variables, stdout=output, stderr=output)
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_for(address, server, log)
        yield address
    finally:
        server.terminate()  # which also ends the kernels
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    """Return when the server answers."""
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}api", timeout=5).close()
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}", pytrace=False)


@pytest.fixture(scope="session")
def notebook(browser, lab):
    """The notebook, open, its first cell run."""
    context = browser.new_context(viewport={"width": 1280, "height": 1500})
    context.set_default_timeout(20_000)
    notebook = Notebook(context.new_page(), lab)
    notebook.run(0)
    yield notebook
    context.close()


@pytest.fixture
def panel(notebook):
    """A panel just shown. What the test does with it must make the browser complain of nothing."""
    notebook.run(1)
    yield notebook.panel()
    assert notebook.errors == []
