"""Search works in the browser alone."""

import gzip

import pytest
from playwright.sync_api import expect

LINEAR, CONCISE, SOFTMAX, SOFTMAX_CONCISE = (
    f"notebooks/basics/{name}.html"
    for name in (
        "02-linear-regression-scratch",
        "03-linear-regression-concise",
        "05-softmax-regression-scratch",
        "06-softmax-regression-concise",
    )
)
DATA = "notebooks/basics/04-fashion-mnist.html"
DROPOUT = "notebooks/regularization/03-dropout.html"


@pytest.mark.parametrize(
    ("query", "page", "shown"),
    [
        ("validation", DATA, ["validation"]),
        ("cross-entropy", SOFTMAX, ["cross", "entropy"]),
        ("log-sum-exp", SOFTMAX_CONCISE, ["log", "sum", "exp"]),
        ("Huber", CONCISE, ["huber"]),
        ("train_ch3", SOFTMAX, ["train_ch3"]),
        ("fashion_mnist_parts", DATA, ["fashion_mnist_parts"]),
        ("nn.CrossEntropyLoss", SOFTMAX_CONCISE, ["nn", "crossentropyloss"]),
        ("optimizer.zero_grad()", CONCISE, ["optimizer", "zero_grad"]),
        ("学习率", LINEAR, ["学习率"]),
        ("交叉熵", SOFTMAX, ["交叉熵"]),
        ("验证集", DATA, ["验证集"]),
        ("熵", SOFTMAX, ["熵"]),
        ("softmax 回归", SOFTMAX, ["softmax", "回归"]),
        ("暂退法 dropout", DROPOUT, ["暂退法", "dropout"]),
    ],
)
def test_search_finds_a_page_and_shows_where_it_stands(visit, query, page, shown):
    seen = visit(f"search.html?q={query}")
    results = seen.page.locator("#search-results li")
    results.first.wait_for()
    expect(seen.page.locator(".search-summary")).to_contain_text("Search finished")
    result = results.filter(has=seen.page.locator(f'a[href*="{page}"]')).first
    said = result.locator("p.context").inner_text().lower()
    marked = "".join(result.locator("mark").all_inner_texts()).lower()
    for word in shown:
        assert word in said or word in marked
    assert marked
    assert "contents" not in said
    assert seen.foreign == []
    assert seen.errors == []


def test_a_result_leads_to_the_section_where_the_words_stand(visit):
    page = visit("search.html?q=Huber").page
    page.locator("#search-results mark").first.wait_for()
    link = page.locator("#search-results li a").first
    link.click()
    page.wait_for_url(lambda url: "search.html" not in url)
    section = page.evaluate("document.querySelector(location.hash).textContent.toLowerCase()")
    assert "huber" in section


@pytest.mark.parametrize(
    ("query", "word"),
    [("学习率", "学习率"), ("nn.CrossEntropyLoss", "crossentropyloss"), ("回归 softmax", "softmax")],
)
def test_no_result_lacks_what_was_searched(visit, query, word):
    page = visit(f"search.html?q={query}").page
    expect(page.locator(".search-summary")).to_contain_text("Search finished")
    results = page.locator("#search-results li")
    expect(page.locator("#search-results p.context")).to_have_count(results.count())
    assert results.count()
    for result in results.all():
        assert word in "".join(result.locator("mark").all_inner_texts()).lower()


def test_the_search_index_is_light_and_holds_no_numbers(site):
    index = (site / "searchindex.js").read_bytes()
    assert len(gzip.compress(index)) < 2_500 * len(list(site.rglob("*.ipynb"))) + 10_000
    assert b'"50000"' not in index


def test_search_opens_with_a_key_and_leads_to_the_results(visit):
    page = visit("index.html").page
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog input").fill("learning")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=learning")
    page.locator("#search-results li a").first.click()
    page.wait_for_url(lambda url: "search.html" not in url)
    assert page.locator("h1:visible").count() == 1


def test_search_says_when_there_is_nothing(visit):
    page = visit("search.html?q=xylophone").page
    page.get_by_text("did not match any documents").wait_for()
