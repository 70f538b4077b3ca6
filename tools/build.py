"""Build the book: fetch the data, execute the notebooks, make the site in _build/html.

    python -m tools.build all        all of it
    python -m tools.build execute    the data and the notebooks
    python -m tools.build site       the site, from notebooks that were executed before

What was executed before and has not changed is not executed again.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import nbformat
import yaml
from sphinx_external_toc.parsing import parse_toc_yaml

from tools import SLOW, address, execution
from tools.execution import Result
from tools.pages import page_name

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
HTML = BUILD / "html"
REPORT = BUILD / "execution.json"
DATA_SETS = ["fashion-mnist"]  # what the pages that are executed use
SAMPLE_WARNING = "this is a sample of Fashion-MNIST"
SAMPLE_NOTICE = (
    "NOTICE: Fashion-MNIST could not be fetched. The book is built on the sample that comes with "
    "d2lutils, 4,000 of 60,000 images: its results differ from those in the text. Run the same "
    "command again where there is a network."
)
VERSIONED = ("d2lutils", "torch", "torchvision", "numpy", "matplotlib", "jupyter-book")


class BuildError(Exception):
    """What stops the build, in words for whoever runs it."""


def documents(root: Path) -> list[str]:
    """Return the names of all pages in _toc.yml, the home page first."""
    return list(parse_toc_yaml(root / "_toc.yml"))


def notebooks(root: Path) -> list[Path]:
    """Return the notebooks among the pages of _toc.yml."""
    paths = (root / f"{name}.ipynb" for name in documents(root))
    return [path for path in paths if path.exists()]


def fetch_data() -> str:
    """Fetch the data; return "full", or "sample" where that failed for good."""
    command = [sys.executable, "-m", "d2lutils", "download", *DATA_SETS]
    if subprocess.run(command, check=False).returncode == 0:
        return "full"
    print(SAMPLE_NOTICE, flush=True)
    return "sample"


def cache_folder(data: str) -> Path:
    """Return the folder for results with the present package, versions and data."""
    return BUILD / "cache" / execution.fingerprint(ROOT, data)


def execute_in_full(paths: list[Path], data: str, keep: Callable[[Result], None]) -> list[str]:
    """Execute notebooks as the book shows them; see `execution.execute_and_tell`."""
    variables = execution.kernel_environment(BUILD / "scratch")
    allowed = SAMPLE_WARNING if data == "sample" else ""
    order = execution.longest_first(paths, REPORT)
    return execution.execute_and_tell(order, variables, keep, allowed)


def execute(data: str) -> str:
    """Execute the notebooks that need it, write execution.json, and return a summary.

    Raises
    ------
    BuildError
        If a notebook failed; the others have been executed and kept.
    """
    cache = execution.open_cache(cache_folder(data))
    paths = notebooks(ROOT)
    noted = {p: execution.lookup(cache, nbformat.read(p, as_version=4)) for p in paths}
    waiting = [path for path in paths if noted[path] is None]
    failed: list[str] = []
    start = time.perf_counter()

    def keep(result: Result) -> None:
        noted[result.path] = execution.store(cache, result)
        os.utime(result.path)  # Sphinx reads the page again, though its source is the same

    if waiting:
        print(f"Executing {len(waiting)} of {len(paths)} notebooks, two at a time.", flush=True)
        failed = execute_in_full(waiting, data, keep)
    seconds = time.perf_counter() - start if waiting else 0.0
    rows = write_report(REPORT, noted, data, seconds)
    if failed:
        raise BuildError(f"{len(failed)} of {len(paths)} notebooks failed: {', '.join(failed)}")
    return (
        f"Execution took {seconds:.0f} s for {len(waiting)} of {len(paths)} notebooks; all of them "
        f"one after the other take {sum(row['seconds'] for row in rows):.0f} s."
    )


def write_report(
    file: Path, noted: dict[Path, dict | None], data: str, seconds: float
) -> list[dict]:
    """Write execution.json and return its rows, one for each notebook that was executed."""
    rows = [
        {
            "notebook": page_name(path),
            "seconds": found["execution_seconds"],
            "date": found["date"],
            "machine": found["machine"],
        }
        for path, found in noted.items()
        if found
    ]
    report = {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "data": data,
        "seconds": round(seconds, 1),
        "versions": {"python": platform.python_version()} | {n: version(n) for n in VERSIONED},
        "notebooks": rows,
    }
    file.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return rows


def noted_data() -> str:
    """Return on which data the notebooks were executed, "full" or "sample".

    Raises
    ------
    BuildError
        If they were not.
    """
    if not REPORT.exists():
        raise BuildError("The notebooks have not been executed: run python -m tools.build all")
    return json.loads(REPORT.read_text(encoding="utf-8"))["data"]


def require_results() -> None:
    """Raise BuildError unless every notebook has been executed as it is now.

    Sphinx would execute it in its own way: one at a time, with no line on how far it is.
    """
    cache = execution.open_cache(cache_folder(noted_data()))
    for path in notebooks(ROOT):
        if execution.lookup(cache, nbformat.read(path, as_version=4)) is None:
            raise BuildError(f"{page_name(path)} changed: run python -m tools.build all")


def site() -> None:
    """Build the site from executed notebooks; a warning of Sphinx is an error.

    Raises
    ------
    BuildError
        If Sphinx complains, or pages are missing.
    """
    data = noted_data()
    folder = cache_folder(data)
    config = write_config(folder, data, BUILD)
    remove_stale_pages(HTML, documents(ROOT))
    skip = f"import sys; sys.modules[{SLOW!r}] = None; "
    call = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", skip + call, "build"]
    command += [str(ROOT), "--path-output", str(ROOT), "--config", str(config)]
    command += ["-W", "-n", "--keep-going", *fresh_if_changed(folder)]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        # Pages that were read count as done, so a second build would not warn about them again.
        shutil.rmtree(BUILD / ".doctrees", ignore_errors=True)
        raise BuildError("Jupyter Book found problems: they stand above")
    check_pages(HTML, documents(ROOT))


def write_config(folder: Path, data: str, target: Path, excluded: Iterable[str] = ()) -> Path:
    """Write _config.yml with what is found elsewhere into `target`, and return its path.

    Notebooks that are excluded are shown without outputs.
    """
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    repository = address.current(ROOT)
    config["repository"] = {"url": f"https://{repository.name}", "branch": repository.branch}
    config.setdefault("execute", {}).update(
        execute_notebooks="cache", cache=str(folder), exclude_patterns=sorted(excluded)
    )
    if data == "sample":
        config["execute"]["stderr_output"] = "show"  # the warning that says so belongs on the page
    # Jupyter Book looks for these beside the file that names them.
    extensions = config.get("sphinx", {}).get("local_extensions", {})
    extensions.update({name: str(ROOT / path) for name, path in extensions.items()})
    path = target / "_config.yml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return path


def fresh_if_changed(folder: Path) -> list[str]:
    """Return the option that reads all pages again if something changed that Sphinx cannot see."""
    digest = hashlib.sha256(folder.name.encode())
    for part in ("_ext", "_static", "_templates", "reference"):
        for path in sorted((ROOT / "book" / part).glob("*.*")):
            digest.update(path.read_bytes())
    stamp = BUILD / "site-inputs"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest.hexdigest():
        return []
    stamp.write_text(digest.hexdigest(), encoding="utf-8")
    return ["--all"]


def built_pages(html: Path) -> set[str]:
    """Return the names of the pages in a built site, without those that no document makes."""
    names = (p.relative_to(html).with_suffix("").as_posix() for p in html.rglob("*.html"))
    return {n for n in names if not n.startswith("_") and n not in ("404", "genindex", "search")}


def remove_stale_pages(html: Path, expected: list[str]) -> None:
    """Remove the pages of documents that left the table of contents: Sphinx leaves them there."""
    for name in built_pages(html) - set(expected):
        (html / f"{name}.html").unlink()


def check_pages(html: Path, expected: list[str]) -> None:
    """Raise BuildError unless the built pages are those of the table of contents."""
    pages = built_pages(html)
    if pages != set(expected):
        missing = ", ".join(sorted(set(expected) - pages)) or "none"
        extra = ", ".join(sorted(pages - set(expected))) or "none"
        raise BuildError(
            f"{len(pages)} pages were built and {len(expected)} are in the table of contents. "
            f"Missing: {missing}. Not expected: {extra}"
        )
    print(f"{len(pages)} pages, as in the table of contents.")


def main(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    if len(arguments) != 1 or arguments[0] not in ("all", "execute", "site"):
        print(__doc__, file=sys.stderr)
        return 2
    [command] = arguments
    summary = data = ""
    try:
        if command != "site":
            data = fetch_data()
            summary = execute(data)
        else:
            require_results()
        if command != "execute":
            site()
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The next run goes on from here.", file=sys.stderr)
        return 130
    if data == "sample":
        print(SAMPLE_NOTICE)
    if summary:
        print(summary)
    if command != "execute":
        print(f"The book is ready: {(HTML / 'index.html').as_uri()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
