"""Execute one notebook and build it into the book, to look at while you write: _build/draft.

    python -m tools.draft regularization/09-my-page

Whatever has changed in d2lutils, no other notebook is executed: the others stand in the draft
without outputs. So a draft is no book: `make book` and `make check` come before a change is sent.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat

from tools import build, execution
from tools.build import SAMPLE_WARNING, BuildError
from tools.pages import page_name


def draft() -> Path:
    """Return the folder that drafts are built in."""
    return build.BUILD / "draft"


def execute(path: Path, data: str) -> Path:
    """Execute a notebook unless it has been, and return the folder of the cache with the result.

    Raises
    ------
    BuildError
        If the notebook failed.
    """
    folder = draft() / "cache" / execution.fingerprint(build.ROOT, data)
    cache = execution.open_cache(folder)
    noted = execution.lookup(cache, nbformat.read(path, as_version=4))
    if noted is None:
        variables = execution.kernel_environment(build.BUILD / "scratch")
        allowed = SAMPLE_WARNING if data == "sample" else ""
        result = execution.run(execution.execute(path, variables, allowed=allowed))
        print(execution.report_line(result, 1, 1), flush=True)
        if result.error:
            raise BuildError("the page was not built, since its notebook failed")
        noted = execution.store(cache, result)
    built = draft() / "_build"
    built.mkdir(exist_ok=True)
    build.write_report(built / "execution.json", {path: noted}, data, noted["execution_seconds"])
    return folder


def site(path: Path, data: str) -> Path:
    """Build the draft around an executed notebook, and return the file of its page.

    Raises
    ------
    BuildError
        If the notebook failed, or Sphinx complains.
    """
    others = (p for p in build.notebooks(build.ROOT) if p != path)
    excluded = [p.relative_to(build.ROOT).as_posix() for p in others]
    config = build.write_config(execute(path, data), data, draft(), excluded)
    os.utime(path)  # else Sphinx would not read it again, and not repeat what it complains of
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"]
    command += [str(build.ROOT), "--path-output", str(draft()), "--config", str(config)]
    print("Building; for the first time this takes a minute or two.", flush=True)
    if subprocess.run([*command, "-W", "-n", "--keep-going", "-q"], cwd=build.ROOT).returncode:
        raise BuildError("Jupyter Book found problems: they stand above")
    page = draft() / "_build" / "html" / path.relative_to(build.ROOT)
    return page.with_suffix(".html")


def main(arguments: list[str]) -> int:
    """Make the draft of the page that is named; return the exit status."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    paths = {page_name(path): path for path in build.notebooks(build.ROOT)}
    if arguments[0] not in paths:
        print(f"error: {arguments[0]!r} is no page of _toc.yml that runs", file=sys.stderr)
        return 2
    try:
        page = site(paths[arguments[0]], build.fetch_data())
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"The draft is ready: {page.as_uri()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
