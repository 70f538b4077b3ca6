"""The built site on a loopback address, and visits to its pages."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tools.host import serve

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
WIDE, PHONE = (1280, 800), (360, 740)


def contents(entry=None):
    """Return the pages that _toc.yml lists, in order, as paths without an ending."""
    if entry is None:
        toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
        entry = {**toc, "file": toc["root"]}
    below = entry.get("chapters", []) + entry.get("sections", [])
    return [entry["file"], *(page for child in below for page in contents(child))]


def pytest_generate_tests(metafunc):
    if "name" in metafunc.fixturenames:
        # The scope lets pytest run all tests of a page one after the other, which `look` needs.
        metafunc.parametrize("name", contents(), scope="session")


@pytest.fixture(scope="session")
def site():
    """The folder of the built site."""
    if not (SITE / "index.html").exists():
        pytest.exit("There is no built site to look at. `make book` builds it.", returncode=1)
    return SITE


@pytest.fixture(scope="session")
def address(site):
    """The address at which the built site is served."""
    with serve(site) as address:
        yield address


@dataclass
class Visit:
    """A page that was opened, and what it did on the way."""

    page: object
    responses: list = field(default_factory=list)
    foreign: list = field(default_factory=list)
    errors: list = field(default_factory=list)


def opened(browser, address, name, theme, size):
    """Open a page of the site in a context of its own, and record what it asks for."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.set_default_timeout(15_000)
    context.add_init_script(f"localStorage.mode = localStorage.theme = '{theme}'")
    page = context.new_page()
    seen = Visit(page)
    page.on("response", lambda response: seen.responses.append(response))
    page.on("request", lambda r: None if is_local(r.url, address) else seen.foreign.append(r.url))
    page.on("requestfailed", lambda r: seen.errors.append(f"{r.url}: {r.failure}"))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on(
        "console",
        lambda m: seen.errors.append(m.text) if m.type in ("error", "warning") else None,
    )
    page.goto(f"{address}{name}")
    page.evaluate("document.fonts.ready")
    return seen


@pytest.fixture
def visit(browser, address):
    """A function that opens a page of the site and records what it asks for and complains of."""
    visits = []

    def open_page(name, theme="light", size=WIDE):
        visits.append(opened(browser, address, name, theme, size))
        return visits[-1]

    yield open_page
    for seen in visits:
        seen.page.context.close()


@pytest.fixture(scope="session")
def look(browser, address):
    """The same for tests that only look, or unfold: those of one page share its visits."""
    visits = {}

    def close():
        for seen in visits.values():
            seen.page.context.close()
        visits.clear()

    def open_page(name, theme="light", size=WIDE):
        if any(name != other for other, *_ in visits):
            close()
        if (name, theme, size) not in visits:
            visits[name, theme, size] = opened(browser, address, name, theme, size)
        return visits[name, theme, size]

    yield open_page
    close()


def is_local(url, address):
    return url.startswith((address, "data:", "blob:"))
