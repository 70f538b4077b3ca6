"""The build: execution of notebooks, the cache, and the checks on the site."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

build = pytest.importorskip("tools.build", reason="needs the extra 'book'")
from tools import execution  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


def write(path: Path, *sources: str, tags: dict[int, list[str]] | None = None) -> Path:
    """Write a notebook with these code cells, after a title; tags by the number of the cell."""
    cells = [new_markdown_cell("# Title")]
    for number, source in enumerate(sources):
        metadata = {"tags": tags[number]} if tags and number in tags else {}
        cells.append(new_code_cell(source, metadata=metadata))
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    return path


def read(path: Path):
    return nbformat.read(path, as_version=4)


def outputs(notebook) -> list[str]:
    return ["".join(o.data["text/plain"] for o in c.get("outputs", [])) for c in notebook.cells]


@pytest.fixture(scope="module")
def variables(tmp_path_factory):
    return execution.kernel_environment(tmp_path_factory.mktemp("scratch"))


# Executing


def test_every_outcome_is_told_and_the_others_go_on(tmp_path, variables):
    good = "import os; os.environ['OMP_NUM_THREADS']"
    paths = [
        write(tmp_path / "error.ipynb", "1 + 1", "1 / 0"),
        write(tmp_path / "stderr.ipynb", "import sys; print('oh', file=sys.stderr)"),
        write(tmp_path / "dies.ipynb", "import os; os._exit(1)"),
        write(tmp_path / "good.ipynb", good, "1 / 0", tags={1: ["not-executed"]}),
    ]
    results = {}
    execution.run(
        execution.execute_all(paths, variables, lambda r: results.update({r.path.stem: r}))
    )
    assert "cell 3" in results["error"].error
    assert "1 / 0" in results["error"].error and "ZeroDivisionError" in results["error"].error
    assert "\x1b" not in results["error"].error
    assert "wrote to stderr:\noh" in results["stderr"].error
    assert "cell 2" in results["dies"].error and "died" in results["dies"].error
    assert results["good"].error == ""
    assert outputs(results["good"].notebook) == ["", "'1'", ""]


def test_a_notebook_that_takes_too_long_is_stopped(tmp_path, variables):
    path = write(tmp_path / "long.ipynb", "1", "import time; time.sleep(60)")
    start = time.perf_counter()
    result = execution.run(execution.execute(path, variables, limit=3))
    assert result.error == "cell 3: stopped, since the notebook took more than 3 s"
    assert time.perf_counter() - start < 20


def test_a_warning_that_is_allowed_is_no_problem(tmp_path, variables):
    path = write(tmp_path / "warns.ipynb", "import warnings; warnings.warn('a sample')")
    assert "a sample" in execution.run(execution.execute(path, variables)).error
    assert execution.run(execution.execute(path, variables, allowed="a sample")).error == ""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent in another way there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_stops_the_kernels(tmp_path, number):
    source = "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\n"
    path = write(tmp_path / "long.ipynb", source + "time.sleep(60)")
    script = (
        "import sys, pathlib; from tools import execution as e\n"
        "work = e.execute_all([pathlib.Path(sys.argv[1])], e.kernel_environment("
        "pathlib.Path(sys.argv[1]).parent / 'scratch'), print)\n"
        "try: e.run(work)\n"
        "except KeyboardInterrupt: sys.exit(130)"
    )
    process = subprocess.Popen([sys.executable, "-c", script, path], cwd=ROOT)
    pid = tmp_path / "pid"
    deadline = time.monotonic() + 60
    while not (pid.exists() and pid.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(number)
    assert process.wait(timeout=20) == 130
    gone = subprocess.run(["ps", "-p", pid.read_text()], capture_output=True).returncode
    assert gone == 1


def test_the_longest_notebook_comes_first_and_a_new_one_before_it(tmp_path):
    paths = [write(tmp_path / "part" / f"{n}.ipynb", "1" * len(n)) for n in ("a", "b", "cc", "d")]
    rows = [{"notebook": "part/a", "seconds": 2}, {"notebook": "part/b", "seconds": 9}]
    (tmp_path / "report.json").write_text(json.dumps({"notebooks": rows}))
    order = execution.longest_first(paths, tmp_path / "report.json")
    assert [p.stem for p in order] == ["cc", "d", "b", "a"]


# The cache


@pytest.fixture
def executed(tmp_path):
    """A cache that holds one notebook, and that notebook's path."""
    path = write(tmp_path / "one.ipynb", "1 + 1", "2")
    notebook = read(path)
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="2")]
    cache = execution.open_cache(tmp_path / "cache" / "key")
    execution.store(cache, execution.Result(path, notebook, 3.0, ""))
    return cache, path


def test_what_was_executed_is_found_with_its_time(executed):
    cache, path = executed
    assert execution.lookup(cache, read(path))["execution_seconds"] == 3.0


def test_a_change_of_the_text_alone_keeps_the_result(executed):
    cache, path = executed
    notebook = read(path)
    notebook.cells[0].source = "# Another title"
    assert execution.lookup(cache, notebook)


@pytest.mark.parametrize(
    "change",
    [
        lambda cell: cell.update(source="3"),
        lambda cell: cell.metadata.update(tags=["not-executed"]),
    ],
    ids=["code", "tags"],
)
def test_a_changed_cell_is_executed_again(executed, change):
    cache, path = executed
    notebook = read(path)
    change(notebook.cells[2])
    assert execution.lookup(cache, notebook) is None


def test_a_notebook_is_executed_again_when_a_file_that_it_reads_changes(executed, monkeypatch):
    cache, path = executed
    monkeypatch.setattr(execution, "ROOT", path.parent)
    data = path.with_name("data.toml")
    data.write_text("a = 1")
    notebook = read(path)
    notebook.metadata["d2lutils"] = {"reads": ["*.toml"]}
    assert execution.lookup(cache, notebook) is None
    execution.store(cache, execution.Result(path, notebook, 4.0, ""))
    assert execution.lookup(cache, notebook)
    data.write_text("a = 2")
    assert execution.lookup(cache, notebook) is None


@pytest.mark.parametrize(
    "damage", [lambda p: p.unlink(), lambda p: p.write_text(p.read_text()[:40])]
)
def test_a_result_that_was_cut_off_is_replaced(executed, damage):
    cache, path = executed
    [base] = Path(cache.path).rglob("base.ipynb")
    damage(base)
    assert execution.lookup(cache, read(path)) is None
    execution.store(cache, execution.Result(path, read(path), 4.0, ""))
    assert execution.lookup(cache, read(path))["execution_seconds"] == 4.0


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "d2lutils" / "widgets").mkdir(parents=True)
    for name in ("requirements.lock", "d2lutils/a.py", "d2lutils/widgets/a.js"):
        (tmp_path / name).write_text("1")
    return tmp_path


@pytest.mark.parametrize(
    "name", ["requirements.lock", "d2lutils/a.py", "d2lutils/widgets/a.js", "d2lutils/new.json"]
)
def test_a_change_of_the_package_or_the_lock_starts_a_new_cache(checkout, name):
    before = execution.fingerprint(checkout, "full")
    (checkout / "d2lutils" / "notes.txt").write_text("no output depends on this")
    assert execution.fingerprint(checkout, "full") == before
    (checkout / name).write_text("2")
    assert execution.fingerprint(checkout, "full") != before


def test_results_on_the_sample_are_kept_apart(checkout):
    assert execution.fingerprint(checkout, "full") != execution.fingerprint(checkout, "sample")


def test_the_two_newest_caches_stay(tmp_path):
    for name in ("a", "b", "c", "b"):
        execution.open_cache(tmp_path / name)
        time.sleep(0.02)
    assert {p.name for p in tmp_path.iterdir()} == {"b", "c"}


# The site


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of three pages, two of them notebooks, whose data is there."""
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nchapters:\n- file: notebooks/a/one\n"
        "- file: notebooks/a/two\n"
    )
    (tmp_path / "_config.yml").write_text("title: A book\nonly_build_toc_files: true\n")
    (tmp_path / "pyproject.toml").write_text(
        '[project.urls]\nRepository = "https://github.com/you/your-fork"\n'
    )
    (tmp_path / "index.md").write_text("# Home\n")
    (tmp_path / "d2lutils").mkdir()
    (tmp_path / "requirements.lock").touch()
    write(tmp_path / "notebooks" / "a" / "one.ipynb", "40 + 2")
    write(tmp_path / "notebooks" / "a" / "two.ipynb", "6 * 7")
    for name, value in {
        "ROOT": tmp_path,
        "BUILD": tmp_path / "_build",
        "HTML": tmp_path / "_build" / "html",
        "REPORT": tmp_path / "_build" / "execution.json",
    }.items():
        monkeypatch.setattr(build, name, value)
    monkeypatch.setattr(build, "fetch_data", lambda: "full")
    return tmp_path


def test_a_book_is_built_and_what_did_not_change_is_not_executed_again(book, capfd):
    assert build.main(["all"]) == 0
    text = capfd.readouterr().out
    assert "[2/2] a/" in text and "2 of 2 notebooks" in text
    assert text.rstrip().endswith((book / "_build/html/index.html").as_uri())
    page = (book / "_build/html/notebooks/a/one.html").read_text(encoding="utf-8")
    assert ">42<" in page.replace("\n", "")
    report = json.loads((book / "_build/execution.json").read_text())
    assert [row["notebook"] for row in report["notebooks"]] == ["a/one", "a/two"]

    write(book / "notebooks" / "a" / "two.ipynb", "6 * 8")
    assert build.main(["all"]) == 0
    assert "1 of 2 notebooks" in capfd.readouterr().out
    page = (book / "_build/html/notebooks/a/two.html").read_text(encoding="utf-8")
    assert ">48<" in page.replace("\n", "")

    assert build.main(["all"]) == 0
    text = capfd.readouterr().out
    assert "0 of 2 notebooks" in text and "Executing notebook" not in text


def test_a_failing_notebook_stops_the_site_and_keeps_the_others(book, capfd):
    write(book / "notebooks" / "a" / "one.ipynb", "1 / 0")
    assert build.main(["all"]) == 1
    out, err = capfd.readouterr()
    assert "ZeroDivisionError" in out and "1 of 2 notebooks failed: a/one" in err
    assert not (book / "_build/html").exists()
    assert build.main(["site"]) == 1
    assert "a/one changed" in capfd.readouterr().err
    write(book / "notebooks" / "a" / "one.ipynb", "1")
    assert build.main(["execute"]) == 0
    assert "1 of 2 notebooks" in capfd.readouterr().out


def test_a_warning_fails_the_build_each_time(book):
    (book / "index.md").write_text("# Home\n\n[nowhere](not-there.md)\n")
    assert build.main(["all"]) == 1
    assert build.main(["all"]) == 1


def test_the_site_is_not_built_from_nothing(book, capsys):
    assert build.main(["site"]) == 1
    assert "run python -m tools.build all" in capsys.readouterr().err


def test_without_data_the_book_says_so_and_goes_on(monkeypatch, capfd):
    failed = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(build.subprocess, "run", lambda *a, **k: failed)
    assert build.fetch_data() == "sample"
    assert "NOTICE: Fashion-MNIST" in capfd.readouterr().out


@pytest.mark.parametrize("data, stderr", [("full", "warn"), ("sample", "show")])
def test_the_warning_about_the_sample_is_shown_and_no_other(book, data, stderr):
    (book / "_config.yml").write_text(
        "execute: {stderr_output: warn}\nsphinx: {local_extensions: {own: book/_ext}}\n"
    )
    (book / "_build").mkdir()
    written = build.write_config(book / "cache", data, book / "_build").read_text()
    assert f"stderr_output: {stderr}" in written
    assert str(book / "book/_ext") in written


def test_the_pages_are_those_of_the_table_of_contents(tmp_path, capsys):
    for name in ("index", "a/one", "a/old", "search", "404", "genindex", "_static/part"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.html").touch()
    with pytest.raises(build.BuildError, match="3 pages .* Missing: a/two. Not expected: a/old"):
        build.check_pages(tmp_path, ["index", "a/one", "a/two"])
    build.remove_stale_pages(tmp_path, ["index", "a/one"])
    build.check_pages(tmp_path, ["index", "a/one"])
    assert "2 pages" in capsys.readouterr().out
    assert (tmp_path / "search.html").exists()


@pytest.mark.parametrize("arguments", [[], ["unknown"], ["all", "site"]])
def test_an_unknown_command_shows_the_usage(arguments, capsys):
    assert build.main(arguments) == 2
    assert "python -m tools.build" in capsys.readouterr().err
