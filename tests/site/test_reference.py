"""The reference of d2lutils: whole, and linked with the pages that use its names."""

import importlib
import pkgutil
import re

import pytest
from bs4 import BeautifulSoup
from conftest import PHONE, contents

import d2lutils as d2l

PAGES = [name for name in contents() if name.startswith("book/reference/")]
LINEAR = "notebooks/basics/02-linear-regression-scratch"
SOFTMAX = "notebooks/basics/05-softmax-regression-scratch"


def public_names():
    """Return the path from the package of each name in a module's `__all__`."""
    for module in pkgutil.walk_packages(d2l.__path__, "d2lutils."):
        if module.name.endswith("__main__"):
            continue
        module = importlib.import_module(module.name)
        for name in getattr(module, "__all__", []):
            thing = getattr(module, name)
            flat = getattr(d2l, name, None) is thing
            home = "d2lutils" if flat else getattr(thing, "__module__", module.__name__)
            yield f"{home}.{name}"


@pytest.fixture(scope="module")
def soups(site):
    """The reference's own pages, and the overview."""
    return {
        name: BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
        for name in ("book/reference", *PAGES)
    }


@pytest.fixture(scope="module")
def entries(soups):
    """The entries by their ids."""
    found = {}
    for page in PAGES:
        for signature in soups[page].select("dl.py > dt.sig[id]"):
            assert signature["id"] not in found, "one entry for a name"
            found[signature["id"]] = signature.parent
    return found


def test_every_public_name_has_an_entry_and_no_other_name_has(entries):
    # Methods and properties stand inside the entries of their classes.
    outer = {name for name, entry in entries.items() if not entry.find_parent("dl", class_="py")}
    assert outer == set(public_names())


def test_every_public_name_is_in_the_overview_with_what_it_is_for(soups):
    links = {
        link["href"].partition("#")[2]: link for link in soups["book/reference"].select("dt > a")
    }
    assert set(links) == set(public_names())
    words = {name: a.find_parent("dt").find_next("dd").text for name, a in links.items()}
    assert [name for name, text in words.items() if not text.strip()] == []


def test_an_entry_says_what_it_takes_gives_and_raises_with_an_example_and_the_source(entries):
    text = entries["d2lutils.evaluate_accuracy"].get_text()
    for part in [
        "d2l.evaluate_accuracy(net, data_iter) → float",
        "net (Callable) – A module",
        "(examples, classes)",
        "ValueError – If data_iter is empty",
        ">>> d2l.evaluate_accuracy(",
        "source (d2lutils/metrics.py, line ",
        "return evaluate_accuracy_gpu(net, data_iter)\n",
    ]:
        assert part in text


def test_a_constant_is_described_too(entries):
    assert "names of the ten classes" in entries["d2lutils.FASHION_MNIST_CLASSES"].get_text()


def test_parameters_with_the_same_words_share_them(entries):
    assert "X, Y – One sequence of numbers" in entries["d2lutils.plot"].get_text()


def test_names_in_code_and_text_lead_to_their_entries(visit):
    page = visit(f"{SOFTMAX}.html").page
    in_code = page.locator("pre a.d2l-name", has_text="d2l.sgd").first
    assert in_code.get_attribute("href").endswith("book/reference/training.html#d2lutils.sgd")
    page.locator("p a", has_text="d2l.train_ch3").first.click()
    page.wait_for_url("**/book/reference/training.html#d2lutils.train_ch3")


def test_every_use_of_a_name_in_code_is_a_link(site, entries):
    missing = []
    for name in contents():
        soup = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
        for block in soup.select("div[class*=highlight-ipython] pre"):
            for link in block.select("a.d2l-name"):
                assert link["href"].partition("#")[2] in entries
                link.decompose()
            for comment in block.select(".c1, .s1, .s2"):
                comment.decompose()
            missing += [(name, use) for use in re.findall(r"\bd2l\.\w+", block.text)]
    assert missing == []


@pytest.mark.parametrize(("notebook", "links"), [(LINEAR, 0), (SOFTMAX, 1)])
def test_a_name_alone_leads_to_the_package_unless_the_notebook_binds_it(visit, notebook, links):
    page = visit(f"{notebook}.html").page
    name = page.locator("p code", has_text=re.compile("^sgd$"))
    assert name.first.locator("xpath=ancestor::a").count() == links


def test_an_entry_leads_back_to_the_pages_that_use_its_name(visit):
    page = visit("book/reference/training.html").page
    entry = page.locator("dl.py", has=page.locator("[id='d2lutils.cross_entropy']"))
    entry.locator(".used-in a", has_text="Softmax regression from scratch").click()
    page.wait_for_url(f"**/{SOFTMAX}.html")


def test_code_with_links_is_copied_as_plain_text(visit):
    page = visit(f"{SOFTMAX}.html").page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    cell = page.locator("div.highlight", has=page.locator("a", has_text="d2l.sgd")).first
    cell.hover()
    cell.locator("button.copybtn").click()
    page.wait_for_function("navigator.clipboard.readText().then(t => t.includes('d2l.sgd('))")
    code = cell.locator("pre").inner_text().rstrip("\n")
    assert page.evaluate("navigator.clipboard.readText()") == code


def test_a_copied_example_has_no_prompts(visit):
    page = visit("book/reference/training.html").page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    example = page.locator("div.highlight", has_text=">>> d2l.linreg(").last
    example.hover()
    example.locator("button.copybtn").click()
    page.wait_for_function("navigator.clipboard.readText().then(t => t.startsWith('d2l.linreg('))")


def test_a_link_in_code_is_told_by_a_line_and_not_by_its_color(visit):
    page = visit(f"{SOFTMAX}.html").page
    link = page.locator("pre a.d2l-name").first
    style = "e => [getComputedStyle(e).textDecorationLine, getComputedStyle(e).color]"
    line, color = link.evaluate(style)
    assert line == "underline"
    assert color == link.evaluate("e => getComputedStyle(e.closest('pre')).color")


@pytest.mark.parametrize("reference", PAGES)
def test_a_signature_fits_a_phone(visit, reference):
    page = visit(f"{reference}.html", size=PHONE).page
    wide = "[...document.querySelectorAll('dt.sig')].filter(e => e.scrollWidth > e.clientWidth + 1)"
    assert page.evaluate(f"{wide}.map(e => e.id)") == []


def test_search_finds_a_function(visit):
    page = visit("search.html?q=grad_clipping").page
    page.locator("#search-results a[href*='d2lutils.grad_clipping']").first.wait_for()
