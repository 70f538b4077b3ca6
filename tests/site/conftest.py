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
        metafunc.parametrize("name", contents())


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


@pytest.fixture
def visit(browser, address):
    """A function that opens a page of the site and records what it asks for and complains of."""
    contexts = []

    def open_page(name, theme="light", size=WIDE):
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_init_script(f"localStorage.mode = localStorage.theme = '{theme}'")
        page = context.new_page()
        seen = Visit(page)
        page.on("response", lambda response: seen.responses.append(response))
        page.on(
            "request",
            lambda r: None if is_local(r.url, address) else seen.foreign.append(r.url),
        )
        page.on("requestfailed", lambda r: seen.errors.append(f"{r.url}: {r.failure}"))
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on(
            "console",
            lambda m: seen.errors.append(m.text) if m.type in ("error", "warning") else None,
        )
        page.goto(f"{address}{name}")
        page.evaluate("document.fonts.ready")
        return seen

    yield open_page
    for context in contexts:
        context.close()


def is_local(url, address):
    return url.startswith((address, "data:", "blob:"))
