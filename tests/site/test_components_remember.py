"""Remember in a real browser: its curves against PyTorch's, and every way to change a text."""

import pytest
from playwright.sync_api import expect
from test_components_kit import cell, check_access, html_page, remember, visit  # noqa: F401

from d2lutils.widgets.base import bundle

SINCE = "characters read since the change"


def load(page):
    page.get_by_role("button", name="Load the models").click()
    expect(page.locator(".d2l-loading")).to_have_count(0)
    return page


@pytest.fixture
def page(visit):  # noqa: F811
    return load(visit(html_page(cell(remember().html()), "light", True)))


def gaps(page):
    """Return what the legend says at the cursor, by model."""
    items = page.locator(".d2l-item:visible")
    return {item.locator("span").first.inner_text(): item.locator(".d2l-value").inner_text()
            for item in items.all()}


def go(page, distance):
    slider = page.get_by_label(SINCE, exact=True)
    slider.fill(str(distance))


def test_the_script_counts_n_grams_as_the_package_does(browser):
    made = remember()
    model, training = made.ngram
    about = made.state()["models"][0]
    text = made.text + "zz the lark"
    page = browser.new_page()
    got = page.evaluate("""([about, data, vocab, text]) => {""" + bundle("text_models.js") + """
        const model = createTextModel(about, data, vocab);
        return foreseen(model, [], tokensOf(text, vocab).tokens).map((row) => [...row]);
    }""", [about, training, made.vocab.idx_to_token, text])
    page.close()
    tokens = made.vocab[list(text)]
    for end, row in enumerate(got):
        assert row == pytest.approx(model.probs(tokens[:end]).tolist(), abs=1e-6)


@pytest.mark.parametrize("change", [0, 1])
def test_the_curves_are_those_of_pytorch(page, change):
    made = remember()
    page.get_by_role("button", name=made.changes[change]["label"]).click()
    expected = made.differences(change)
    for distance in (0, 1, 2, 5, 20):
        go(page, distance)
        for name, shown in gaps(page).items():
            value = expected[name][distance]
            assert float(shown) == pytest.approx(value, rel=0.006, abs=2e-5)


def test_the_n_gram_forgets_exactly_where_its_context_ends(page):
    order = remember().ngram[0].order
    for distance, is_felt in ((order - 2, True), (order - 1, False), (order, False)):
        go(page, distance)
        assert (gaps(page)[f"{order}-gram"] != "0") == is_felt


def test_the_expectations_before_and_after_are_shown(page):
    made = remember()
    go(page, 3)
    row = page.locator(".d2l-panel").nth(1).locator("tr").first
    at, old, new = (made.changes[0][name] for name in ("at", "old", "fresh"))
    after = made.text[at + len(old):][:3]
    p, q = (made_p(made, made.text[:at] + words + after) for words in (old, new))
    letter = max(range(1, len(p)), key=lambda i: p[i] + q[i])
    shown = row.locator(".d2l-value").inner_text().split(" → ")
    assert [float(value) for value in shown] == pytest.approx([p[letter], q[letter]], abs=0.0051)
    expect(page.locator(".d2l-reading .d2l-where")).to_contain_text("3 characters behind")
    assert page.locator(".d2l-passage .d2l-here").inner_text() == after[2]


def made_p(made, text):
    from d2lutils.widgets.text_models import foreseen
    return foreseen(next(iter(made.models.values())), made.vocab, text, "")[0]


def test_a_tap_changes_a_character_and_typing_says_to_what(page):
    path = page.locator(".d2l-plot .d2l-line").first.get_attribute("d")
    page.locator(".d2l-passage [data-at='10']").click()
    text = remember().text
    assert page.locator(".d2l-passage del").inner_text() == text[10]
    first = page.locator(".d2l-passage ins").inner_text()
    assert first != text[10] and page.get_by_label("to", exact=True).input_value() == first
    assert page.locator(".d2l-plot .d2l-line").first.get_attribute("d") != path
    page.get_by_label("to", exact=True).fill("bell")
    assert page.locator(".d2l-passage ins").inner_text() == "bell"
    page.get_by_label("to", exact=True).fill("Ω")
    expect(page.locator(".d2l-note")).to_contain_text("never seen “Ω”")
    assert page.locator(".d2l-passage ins").inner_text() == "bell"
    page.get_by_role("button", name="Reset").click()
    assert page.locator(".d2l-passage del").inner_text() == remember().changes[0]["old"]


def test_the_same_character_again_makes_no_difference(page):
    page.locator(".d2l-passage [data-at='10']").click()
    page.get_by_label("to", exact=True).fill(remember().text[10])
    assert set(gaps(page).values()) == {"0"}


def test_arrow_keys_move_the_place_and_the_distance(page):
    place = page.get_by_label("change the character")
    before = place.get_attribute("aria-valuetext")
    place.press("ArrowRight")
    assert place.get_attribute("aria-valuetext") != before
    page.get_by_label(SINCE, exact=True).press("ArrowRight")
    plot = page.locator(".d2l-plot:not(.d2l-covered)")
    assert plot.get_attribute("aria-valuenow") == "1"
    plot.press("End")
    assert int(page.get_by_label(SINCE, exact=True).input_value()) > 20


def test_on_the_logarithmic_axis_nothing_is_drawn_where_nothing_is_felt(page):
    page.get_by_label("logarithmic axis").check()
    go(page, remember().ngram[0].order)
    assert gaps(page)[f"{remember().ngram[0].order}-gram"] == "–"
    ticks = page.locator(".d2l-plot:not(.d2l-covered) .d2l-grid text").all_text_contents()
    assert "10⁻⁶" in ticks and "1" in ticks


def test_a_text_of_ones_own_is_read(page):
    page.get_by_text("A text of your own").click()
    field = page.get_by_label("Your own text")
    read = page.get_by_role("button", name="Use this text")
    field.fill("short")
    read.click()
    expect(page.locator(".d2l-note")).to_contain_text("at least 20")
    field.fill("the bell sang and the lark rang")
    read.click()
    expect(page.locator(".d2l-note")).to_be_empty()
    assert page.locator(".d2l-passage del").inner_text() == "t"
    assert page.locator(".d2l-passage").inner_text().endswith("he bell sang and the lark rang")


def test_before_the_models_are_there_a_change_can_be_chosen(visit):  # noqa: F811
    page = visit(html_page(remember().html()))
    page.get_by_role("button", name=remember().changes[1]["label"]).click()
    assert page.get_by_label(SINCE, exact=True).is_hidden()
    load(page)
    go(page, 1)
    expected = remember().differences(1)["GRU"][1]
    assert float(gaps(page)["GRU"]) == pytest.approx(expected, rel=0.006, abs=2e-5)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 800])
def test_axe_finds_nothing_once_it_is_loaded(visit, theme, width):  # noqa: F811
    html = html_page(cell(remember().html()), theme, True)
    page = load(visit(html, width, color_scheme=theme))
    page.wait_for_timeout(400)
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
