"""Execute notebooks, two at a time, and keep the results in a cache that the site is built from.

The cache is jupyter-cache's, which knows a notebook by its code alone. What else an output depends
on (the package, the versions, the data) goes into the name of the cache's folder. A notebook that
reads other files of the book names them in its metadata: {"d2lutils": {"reads": ["*.toml"]}}.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from tools.pages import page_name

ROOT = Path(__file__).resolve().parents[1]
SKIP = "not-executed"  # the tag of cells that are shown but not run
TIME_LIMIT = 600  # seconds for one notebook
WORKERS = 2
SUFFIXES = {".py", ".js", ".css", ".json"}


@dataclass
class Result:
    """How the execution of one notebook went; `error` is empty when it went well."""

    path: Path
    notebook: NotebookNode
    seconds: float
    error: str


def fingerprint(root: Path, data: str) -> str:
    """Return a hash over what, beside a notebook's code, its outputs depend on.

    Parameters
    ----------
    root
        The checkout, with d2lutils/ and requirements.lock.
    data
        Which data the notebooks see, "full" or "sample".
    """
    digest = hashlib.sha256(f"{data} {sys.version_info[:2]}".encode())
    package = (p for p in (root / "d2lutils").rglob("*") if p.suffix in SUFFIXES)
    for path in [*sorted(package), root / "requirements.lock"]:
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def open_cache(folder: Path, keep: int = 2) -> JupyterCacheAbstract:
    """Open the cache in a folder; of its neighbors only the newest stay, `keep` in all."""
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    by_age = sorted(folder.parent.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in by_age[keep:]:
        shutil.rmtree(old)
    return get_cache(folder)


def lookup(cache: JupyterCacheAbstract, notebook: NotebookNode) -> dict | None:
    """Return what was noted when this notebook was executed; None if it has to be executed.

    A result that was written only in part does not count, and neither does one whose cells had
    other tags (they are part of the key) or that read other files than these.
    """
    try:
        record = cache.match_cache_notebook(notebook)
        json.loads(file_of(cache, record.hashkey).read_text(encoding="utf-8"))
    except (KeyError, ValueError, OSError):
        return None
    return record.data if record.data.get("read") == files_read(notebook) else None


def file_of(cache: JupyterCacheAbstract, key: str) -> Path:
    """Return where a cache has the notebook of a key."""
    return Path(cache.path) / "executed" / key / "base.ipynb"


def files_read(notebook: NotebookNode) -> str | None:
    """Return a hash of the files that a notebook says it reads; None if it names none."""
    patterns = notebook.metadata.get("d2lutils", {}).get("reads")
    if not patterns:
        return None
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern)}):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def store(cache: JupyterCacheAbstract, result: Result) -> dict:
    """Put a result into the cache, in place of one that was written only in part.

    Returns what is noted with it, as `lookup` does.
    """
    _, key = cache.create_hashed_notebook(result.notebook)
    shutil.rmtree(file_of(cache, key).parent, ignore_errors=True)
    noted = {
        "execution_seconds": round(result.seconds, 2),
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} ({platform.machine()}), {os.cpu_count()} cores",
        "read": files_read(result.notebook),
    }
    bundle = CacheBundleIn(result.notebook, str(result.path), data=noted)
    # Cells that were skipped have no number, which jupyter-cache's own check takes for an error.
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    return noted


def problems(notebook: NotebookNode, allowed: str = "") -> str:
    """Describe the cells that raised an error or wrote to stderr; "" if there are none.

    Parameters
    ----------
    allowed
        A regular expression; text on stderr that contains a match is no problem.
    """
    found = []
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                text = "\n".join(output.traceback)
            elif output.get("name") == "stderr" and not (
                allowed and re.search(allowed, output.text)
            ):
                text = f"It wrote to stderr:\n{output.text}"
            else:
                continue
            text = re.sub(r"\x1b\[[0-9;]*m", "", text)  # colors
            found.append(f"cell {number} (id {cell.get('id', '?')}):\n{cell.source}\n\n{text}")
    return "\n\n".join(found)


def kernel_environment(
    scratch: Path, fast: bool = False, python: Path | str = sys.executable
) -> dict[str, str]:
    """Return the environment variables of a kernel: one thread, and none of the user's settings.

    Parameters
    ----------
    scratch
        A folder for the settings and caches of IPython and Matplotlib.
    fast
        Whether the notebooks run in smoke mode, on little data.
    python
        The kernel's interpreter.
    """
    own = {"MPLBACKEND", "MATPLOTLIBRC", "PYTHONWARNINGS", "PYTHONSTARTUP", "D2LUTILS_FAST"}
    variables = {k: v for k, v in os.environ.items() if k not in own}
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        variables[name] = "1"
    variables["IPYTHONDIR"] = str(scratch / "ipython")
    variables["MPLCONFIGDIR"] = str(scratch / "matplotlib")
    variables["D2LUTILS_STATIC"] = "1"  # no reader is there to move the live panels
    variables["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # else the debugger warns on the terminal
    if fast:
        variables["D2LUTILS_FAST"] = "1"
    # Matplotlib lists the fonts when it starts for the first time and says so on stderr.
    if not any((scratch / "matplotlib").glob("fontlist*")):
        (scratch / "matplotlib").mkdir(parents=True, exist_ok=True)
        command = [python, "-c", "import matplotlib.font_manager"]
        subprocess.run(command, env=variables, stderr=subprocess.DEVNULL, check=True)
    return variables


async def execute(
    path: Path,
    variables: dict[str, str],
    folder: Path | None = None,
    allowed: str = "",
    limit: float = TIME_LIMIT,
) -> Result:
    """Execute one notebook in a kernel of its own.

    Parameters
    ----------
    path
        The notebook; it is not changed.
    variables
        The kernel's environment variables.
    folder
        Where the kernel works; the notebook's folder by default.
    allowed
        See `problems`.
    limit
        Seconds after which the kernel is stopped.
    """
    notebook = nbformat.read(path, as_version=4)
    current = 0

    def note_cell(cell_index: int, **_: object) -> None:
        nonlocal current
        current = cell_index + 1

    client = NotebookClient(
        notebook,
        timeout=None,
        coalesce_streams=True,  # else it depends on the time how many pieces they come in
        record_timing=False,  # else every cell's metadata would change
        skip_cells_with_tag=SKIP,
        store_widget_state=False,  # the site shows every component without widgets
        shutdown_kernel="immediate",
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # else each kernel warns when it starts
        on_cell_start=note_cell,
        resources={"metadata": {"path": str(folder or path.parent)}},
    )
    start, error = time.perf_counter(), ""
    clock = asyncio.timeout(limit)
    try:
        async with clock:
            await client.async_execute(env=variables)
    except CellExecutionError:
        pass  # the notebook holds it as an output
    except Exception as exception:  # a kernel that died, say: the other notebooks go on
        # nbclient takes the end of the time, and Ctrl-C too, for the death of the kernel.
        if clock.expired():
            error = f"cell {current}: stopped, since the notebook took more than {limit} s"
        elif asyncio.current_task().cancelling():
            raise asyncio.CancelledError from None
        else:
            error = f"cell {current}: {type(exception).__name__}: {exception}"
    seconds = time.perf_counter() - start
    return Result(path, notebook, seconds, error or problems(notebook, allowed))


async def execute_all(
    paths: Iterable[Path],
    variables: dict[str, str],
    done: Callable[[Result], None],
    allowed: str = "",
    folder: Path | None = None,
) -> None:
    """Execute notebooks in the given order, two at a time, and hand on each result at once.

    The kernels work in `folder`, by default each in the folder of its notebook.
    """
    queue = list(paths)

    async def work() -> None:
        while queue:
            done(await execute(queue.pop(0), variables, folder, allowed))

    async with asyncio.TaskGroup() as group:
        for _ in range(WORKERS):
            group.create_task(work())


def execute_and_tell(
    paths: list[Path],
    variables: dict[str, str],
    keep: Callable[[Result], None],
    allowed: str = "",
    folder: Path | None = None,
) -> list[str]:
    """Execute notebooks, print a line for each, and return the names of those that failed.

    The results of the others are handed to `keep`, each at once. For the rest see `execute_all`.
    """
    finished, failed = 0, []

    def done(result: Result) -> None:
        nonlocal finished
        finished += 1
        print(report_line(result, finished, len(paths)), flush=True)
        if result.error:
            failed.append(page_name(result.path))
        else:
            keep(result)

    run(execute_all(paths, variables, done, allowed, folder))
    return failed


class _Loop(asyncio.SelectorEventLoop):
    """An event loop without signal handlers.

    nbclient would set one that stops its kernel on Ctrl-C and then goes on with the next notebook.
    Without it Ctrl-C cancels everything, and each kernel is stopped on the way out.
    """

    def add_signal_handler(self, *_: object) -> None:
        raise NotImplementedError  # as on Windows


def run(coroutine):
    """Run a coroutine to its end; Ctrl-C and a termination signal stop its kernels first."""

    def interrupt(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    # A shell has its background jobs ignore Ctrl-C, and asyncio would then ignore both signals.
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler),
        signal.SIGTERM: signal.signal(signal.SIGTERM, interrupt),
    }
    try:
        with asyncio.Runner(loop_factory=_Loop) as runner:
            return runner.run(coroutine)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def longest_first(paths: Iterable[Path], report: Path) -> list[Path]:
    """Order notebooks by the seconds in the last report, new ones first and by their size."""
    known = {}
    if report.exists():
        rows = json.loads(report.read_text(encoding="utf-8"))["notebooks"]
        known = {row["notebook"]: row["seconds"] for row in rows}

    def weight(path: Path) -> tuple[float, int]:
        return known.get(page_name(path), float("inf")), path.stat().st_size

    return sorted(paths, key=weight, reverse=True)


def report_line(result: Result, number: int, total: int) -> str:
    """Return the line that says how one of several notebooks went, followed by its error."""
    name, state = page_name(result.path), "failed" if result.error else "ok"
    line = f"[{number}/{total}] {name:<50} {result.seconds:6.1f} s  {state}"
    return f"{line}\n\n{name}, {result.error}\n" if result.error else line
