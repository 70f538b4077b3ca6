"""Search works in the browser alone."""

import pytest


@pytest.mark.parametrize("word", ["validation", "softmax"])
def test_search_finds_a_word_and_shows_where_it_stands(visit, word):
    seen = visit(f"search.html?q={word}")
    result = seen.page.locator("#search-results li").first
    result.wait_for()
    assert word in result.locator("p.context").inner_text().lower()
    assert "Contents" not in result.inner_text()
    assert seen.foreign == []
    assert seen.errors == []


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
