"""The clinic in a real browser: guesses, curves, the cure, and what stays for the visit."""

import math
import re

import pytest
from playwright.sync_api import expect
from test_components_kit import EPOCHS, case, cell, check_access, clinic, html_page
from test_components_kit import visit  # noqa: F401 (a fixture)

import d2lutils as d2l


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(cell(clinic().html()), "light", True))


def guess(page, name):
    page.get_by_label(name).check()
    page.get_by_role("button", name="Name the fault").click()


def labels(page):
    return page.locator(".d2l-item:visible").all_inner_texts()


def answer(page):
    return page.locator(".d2l-answer")


def test_at_first_there_are_symptoms_and_no_diagnosis(page):
    expect(page.locator(".d2l-patient")).to_have_text("Patient 1 of 3 It stays.")
    assert not re.search("mended|guess", " ".join(labels(page)))
    expect(page.locator(".d2l-diagnosis")).to_be_hidden()
    page.get_by_role("button", name="Name the fault").click()
    expect(answer(page)).to_have_text("Choose an answer first.")
    page.get_by_text("Read its code").click()
    expect(page.get_by_role("group", name="Code of the patient")).to_contain_text("pass")


def test_the_right_name_opens_the_difference(page):
    guess(page, "flat")
    expect(answer(page)).to_contain_text("Right, at the first guess.")
    diff = page.get_by_role("group", name="The difference")
    assert diff.locator("del").text_content() == "faulty: - pass\n"
    assert diff.locator("ins").text_content() == "mended: + line_9 = 9\n"
    expect(diff).to_contain_text("line_8")
    expect(diff).not_to_contain_text("line_0 ")
    expect(page.locator(".d2l-score")).to_have_text("1 of 1 named at the first guess.")


def mended_points(page):
    """Return how many points of the mended training loss are drawn."""
    path = page.locator(".d2l-plot").first.locator(".d2l-line").last.get_attribute("d")
    return len(re.findall("[ML]", path or ""))


def test_the_mended_program_runs_again_epoch_by_epoch(page):
    guess(page, "flat")
    assert not any("mended" in label for label in labels(page))
    page.get_by_role("button", name="Mend it, run again").click()
    assert sum("mended" in label for label in labels(page)) == 3
    first = mended_points(page)
    page.wait_for_timeout(2500)
    assert 1 <= first < mended_points(page) == 20
    guess(page, "nan")
    assert sum("mended" in label for label in labels(page)) == 3


def test_who_wants_no_motion_gets_the_end_at_once(visit):  # noqa: F811
    page = visit(html_page(cell(clinic().html()), "light", True), reduced_motion="reduce")
    guess(page, "flat")
    page.get_by_role("button", name="Mend it, run again").click()
    assert mended_points(page) == 20


def test_a_wrong_guess_shows_its_own_curves_and_costs_the_point(page):
    guess(page, "nan")
    expect(page.locator(".d2l-verdict:visible")).to_have_text("✗ Wrong: It would end.")
    expect(answer(page)).to_contain_text("Not this. The charts now show your guess, too")
    assert sum("your guess" in label for label in labels(page)) == 3
    page.get_by_label("unseen").check()
    assert not any("your guess" in label for label in labels(page))
    page.get_by_role("button", name="Name the fault").click()
    expect(answer(page)).to_contain_text("Not this.")
    assert "charts" not in answer(page).inner_text()
    guess(page, "flat")
    expect(answer(page)).to_contain_text("Right. What happened")
    expect(page.locator(".d2l-score")).to_have_text("0 of 1 named at the first guess.")
    expect(page.get_by_role("button", name="Patient 1 ✗ not at the first guess")).to_be_visible()


def test_giving_up_shows_the_diagnosis_and_earns_nothing(page):
    page.get_by_role("button", name="Show the diagnosis").click()
    expect(answer(page)).to_contain_text("It is: flat.")
    expect(page.locator(".d2l-diagnosis")).to_be_visible()
    guess(page, "flat")
    expect(page.locator(".d2l-score")).to_have_text("0 of 1 named at the first guess.")


def test_all_of_it_by_keyboard(page):
    page.get_by_role("radio", name="flat").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(answer(page)).to_contain_text("Right, at the first guess.")
    page.get_by_role("button", name="Next patient").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".d2l-patient")).to_have_text("Patient 2 of 3 It ends.")
    expect(page.locator(".d2l-patient")).to_be_focused()
    expect(page.locator(".d2l-note")).to_contain_text("No finite value at the end: train loss.")


def test_the_end_says_how_it_went_and_starting_over_forgets(page):
    for number, name in ((1, "flat"), (2, "nan"), (3, "flat")):
        page.get_by_role("button", name=f"Patient {number}").click()
        guess(page, name)
    expect(page.locator(".d2l-score")).to_have_text(re.compile("^3 of 3 .*Not one escaped you"))
    expect(page.get_by_role("button", name="Next patient")).to_be_disabled()
    page.get_by_role("button", name="Start over").click()
    expect(page.locator(".d2l-patient")).to_contain_text("Patient 1 of 3")
    expect(page.locator(".d2l-score")).to_have_text("")
    assert page.locator("input:checked").count() == 0
    expect(page.locator(".d2l-diagnosis")).to_be_hidden()


def test_what_was_done_stays_for_the_visit(page):
    guess(page, "flat")
    page.get_by_role("button", name="Patient 2").click()
    guess(page, "flat")
    page.reload()
    expect(page.locator(".d2l-patient")).to_contain_text("Patient 2 of 3")
    expect(page.locator(".d2l-score")).to_have_text("1 of 2 named at the first guess.")
    page.get_by_role("button", name="Previous").click()
    expect(page.locator(".d2l-diagnosis")).to_be_visible()


def test_where_nothing_may_be_kept_it_works_all_the_same(visit):  # noqa: F811
    forbid = "<script>Object.defineProperty(window, 'sessionStorage', {get() { throw 1 }})</script>"
    page = visit(html_page(forbid + cell(clinic().html()), "light", True))
    guess(page, "flat")
    expect(page.locator(".d2l-score")).to_have_text("1 of 1 named at the first guess.")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_with_everything_open(visit, theme, width):  # noqa: F811
    page = visit(html_page(cell(clinic().html()), theme, True), width, color_scheme=theme)
    guess(page, "nan")
    page.get_by_role("button", name="Show the diagnosis").click()
    page.get_by_role("button", name="Mend it, run again").click()
    page.get_by_text("Read its code").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    check_access(page)


def test_a_loss_that_was_never_finite_is_told_from_one_that_broke_later(visit):  # noqa: F811
    never = case("It never began.", "nan")
    never.runs["nan"]["loss"] = d2l.Curves(EPOCHS, **{"train loss": EPOCHS * math.nan})
    page = visit(html_page(cell(d2l.Clinic([never]).html()), "light", True))
    expect(page.locator(".d2l-note")).to_contain_text("No finite value at all: train loss.")
