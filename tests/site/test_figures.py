"""The figures of the built site: their addresses, their words, and their view in full screen."""

import json
import re

import pytest
from conftest import PHONE, ROOT, SITE, WIDE, contents
from playwright.sync_api import expect
from test_access import violations

DROPOUT = "notebooks/regularization/03-dropout.html"
PAPERS = "book/papers.html"
WIDE_FIGURE = "notebooks/optimization/03-momentum.html"  # has some of 700 pixels and more
FIGURE = re.compile(r'id="(figure-[^"]+)"')
SHOWN = """() => [...document.querySelectorAll('.bd-article :is(img, svg, .d2l-component)')]
    .filter(e => !e.parentElement.closest('svg, .d2l-component, dialog, table, button'))
    .filter(e => !e.matches('.d2l-quiz, .d2l-predict, .d2l-concept_cards'))
    .map(e => e.closest('.book-figure')?.id ?? e.outerHTML.slice(0, 200))"""
AT_TOP = """id => {
    const { top, bottom } = document.getElementById(id).getBoundingClientRect()
    return top < innerHeight && bottom > 0
}"""


def test_every_figure_of_a_page_has_an_address_and_words_and_a_view(look, name):
    page = look(f"{name}.html").page
    shown = page.evaluate(SHOWN)
    assert [id for id in shown if not re.fullmatch(r"figure-[\w-]+", id)] == []
    assert len(set(shown)) == len(shown) == page.locator(".figure-tools").count()
    alts = page.locator("img.book-figure").evaluate_all("all => all.map(e => e.alt)")
    assert [alt for alt in alts if len(alt) < 8 or re.search(r"\.(svg|png)|<Figure", alt)] == []
    ids = page.locator("[id]").evaluate_all("all => all.map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_the_address_of_a_figure_of_a_notebook_is_the_id_of_its_cell(site):
    for name in contents():
        source = ROOT / f"{name}.ipynb"
        if source.exists():
            cells = {cell["id"] for cell in json.loads(source.read_text("utf-8"))["cells"]}
            html = (SITE / f"{name}.html").read_text("utf-8")
            named = {id.split("-")[1] for id in FIGURE.findall(html)}
            assert named and named <= cells


def uncover(page):
    page.evaluate("document.querySelectorAll('.d2l-cover button').forEach(e => e.click())")


@pytest.mark.parametrize("file", [DROPOUT, PAPERS])
def test_the_link_sets_the_address_and_the_address_leads_to_the_figure(visit, file):
    page = visit(file).page
    uncover(page)
    figure = page.locator(".book-figure").last
    id = figure.get_attribute("id")
    figure.hover()
    page.locator(f"#{id} + .figure-tools a").click()
    assert page.evaluate("location.hash") == f"#{id}"
    again = visit(f"{file}#{id}").page
    again.wait_for_load_state("networkidle")
    assert again.evaluate(AT_TOP, id)


def test_the_buttons_show_where_pointer_or_focus_is_and_take_no_room(visit):
    page = visit(DROPOUT).page
    uncover(page)
    tools = page.locator(".figure-tools").first
    expect(tools).to_have_css("opacity", "0")
    page.locator("img.book-figure").first.hover()
    expect(tools).to_have_css("opacity", "1")
    page.mouse.move(0, 0)
    expect(tools).to_have_css("opacity", "0")
    tools.locator("a").focus()
    expect(tools).to_have_css("opacity", "1")
    height = page.evaluate("document.documentElement.scrollHeight")
    page.evaluate("document.querySelectorAll('.figure-tools').forEach(e => e.remove())")
    assert page.evaluate("document.documentElement.scrollHeight") == height


def test_what_waits_for_a_guess_cannot_be_viewed(visit):
    page = visit(DROPOUT).page
    covered = page.locator(".d2l-waiting .figure-tools")
    assert covered.count()
    assert not any(covered.nth(i).is_visible() for i in range(covered.count()))


@pytest.mark.parametrize("leave", ["Escape", "Enter"])
def test_a_figure_is_viewed_in_full_screen_with_the_keyboard_alone(visit, leave):
    page = visit(DROPOUT).page
    button = page.get_by_role("button", name="Full screen: figure 2")
    uncover(page)
    page.get_by_role("link", name="Link to figure 2").focus()
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    before = page.evaluate("scrollY")
    page.keyboard.press("Enter")
    view = page.get_by_role("dialog", name="Figure 2")
    image, original = view.locator("img"), page.locator("img.book-figure").nth(1)
    assert image.get_attribute("alt") == original.get_attribute("alt")
    large, small = image.bounding_box(), original.bounding_box()
    assert large["width"] > 1.3 * small["width"]
    assert large["width"] / large["height"] == pytest.approx(small["width"] / small["height"], 0.01)
    assert large["x"] >= 0 and large["x"] + large["width"] <= WIDE[0]
    assert large["y"] >= 0 and large["y"] + large["height"] <= WIDE[1]
    expect(view.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press(leave)
    expect(view).to_be_hidden()
    expect(button).to_be_focused()
    assert page.evaluate("scrollY") == before
    assert page.locator("dialog.figure-view img").count() == 0


@pytest.mark.parametrize("tabs", [1, 2])
def test_escape_leaves_full_screen_wherever_the_focus_is(visit, tabs):
    page = visit(DROPOUT).page
    button = page.get_by_role("button", name="Full screen: figure 2")
    uncover(page)
    button.focus()
    page.keyboard.press("Enter")
    view = page.get_by_role("dialog", name="Figure 2")
    for _ in range(tabs):  # to the figure; out of the page
        page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(view).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    view.locator("img").click()
    page.keyboard.press("Escape")
    expect(view).to_be_hidden()
    expect(button).to_be_focused()


def test_a_component_goes_on_in_full_screen_and_comes_back_as_it_is(visit):
    page = visit(DROPOUT).page
    uncover(page)
    explorer = page.locator(".d2l-explorer")
    width = explorer.bounding_box()["width"]
    height = page.evaluate("document.documentElement.scrollHeight")
    tools = page.locator(".book-figure:has(.d2l-explorer) + .figure-tools")
    tools.get_by_role("button").focus()
    page.keyboard.press("Enter")
    view = page.locator("dialog.figure-view")
    slider = view.locator(".d2l-explorer input[type=range]").first
    text = explorer.inner_text()
    assert explorer.bounding_box()["width"] > width
    assert page.evaluate("document.documentElement.scrollHeight") == height
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(explorer).not_to_have_text(text)
    value = slider.input_value()
    page.keyboard.press("Escape")
    expect(view).to_be_hidden()
    expect(tools.get_by_role("button")).to_be_focused()
    back = page.locator(".cell_output .d2l-explorer input[type=range]").first
    assert back.input_value() == value
    before = explorer.locator("svg path").first.get_attribute("d")
    back.focus()
    page.keyboard.press("ArrowLeft")
    expect(back).not_to_have_value(value)
    assert explorer.bounding_box()["width"] == pytest.approx(width, abs=1)
    assert explorer.locator("svg path").first.get_attribute("d") and before


def test_a_drawing_of_the_prose_is_moved_into_the_view_and_back(visit):
    page = visit(PAPERS, "dark").page
    page.get_by_role("button", name="Full screen: figure 1").focus()
    page.keyboard.press("Enter")
    drawing = page.locator("dialog.figure-view svg.paper-picture")
    assert drawing.bounding_box()["width"] > 700
    assert drawing.get_attribute("aria-label")
    page.keyboard.press("Escape")
    expect(page.locator(".book-figure > svg.paper-picture").first).to_be_visible()


def touching(browser, address, name):
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{address}{name}")
    uncover(page)
    return page


def test_on_a_phone_the_buttons_show_and_a_wide_figure_can_be_moved_about(browser, address):
    page = touching(browser, address, WIDE_FIGURE)
    widths = "all => all.map(e => e.naturalWidth)"
    index = page.locator("img.book-figure").evaluate_all(widths)
    wide = page.locator("img.book-figure").nth(index.index(max(index)))
    tools = page.locator(f"#{wide.get_attribute('id')} + .figure-tools")
    expect(tools).to_have_css("opacity", "1")
    tools.get_by_role("button").tap()
    sheet = page.locator("dialog.figure-view .sheet")
    left, right = sheet.evaluate("""e => {
        const ends = []
        for (const x of [-1e5, 1e5]) {
            e.scrollLeft = x
            const { left, right } = e.querySelector('img').getBoundingClientRect()
            ends.push(x < 0 ? left - e.getBoundingClientRect().left
                : right - e.getBoundingClientRect().right)
        }
        return ends
    }""")
    assert sheet.evaluate("e => e.scrollWidth > e.clientWidth")
    assert abs(left) < 1 and abs(right) < 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.get_by_role("button", name="Close").tap()
    expect(sheet).to_be_hidden()
    page.context.close()


@pytest.mark.parametrize(
    ("theme", "size"), [("light", WIDE), ("dark", WIDE), ("light", PHONE)],
    ids=["light", "dark", "phone"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["img", "div"])
def test_axe_finds_nothing_in_the_view(visit, theme, size, kind):
    page = visit(DROPOUT, theme, size).page
    uncover(page)
    page.add_style_tag(content=".figure-tools { opacity: 1 }")
    page.locator(f"{kind}.book-figure + .figure-tools button").first.click()
    expect(page.locator("dialog.figure-view")).to_be_visible()
    assert violations(page) == []


def test_a_figure_keeps_white_paper_in_the_dark(visit):
    page = visit(DROPOUT, "dark").page
    uncover(page)
    page.locator("img.book-figure + .figure-tools button").first.focus()
    page.keyboard.press("Enter")
    image = page.locator("dialog.figure-view img")
    expect(image).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(image).to_have_css("filter", "none")


def test_paper_has_no_buttons_and_what_was_viewed_is_printed(visit):
    page = visit(DROPOUT).page
    uncover(page)
    page.locator("div.book-figure + .figure-tools button").first.focus()
    page.keyboard.press("Enter")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(":is(.figure-tools, dialog):visible").count() == 0
    expect(page.locator(".cell_output .d2l-explorer")).to_be_visible()


def test_a_page_opened_from_disk_has_the_view_too(browser, site):
    page = browser.new_page()
    page.goto((site / DROPOUT).as_uri())
    uncover(page)
    page.locator(".figure-tools button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog.figure-view img")).to_be_visible()
    page.close()


def test_without_scripts_there_are_figures_and_no_buttons(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}{DROPOUT}")
    assert page.locator(".book-figure").count() and not page.locator(".figure-tools").count()
    context.close()
