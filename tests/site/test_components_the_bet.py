"""TheBet in a real browser: what is looked at is what was recorded; the test opens once."""

import itertools
import re

import numpy as np
import pytest
from playwright.sync_api import expect
from test_components_kit import cell, check_access, html_page, visit  # noqa: F401 (a fixture)

from d2lutils.widgets import TheBet

NAMES = ["decay", "dropout", "stopping"]
LUCK = np.array([-0.002, 0.0, 0.002])  # of three seeds
# By decay, dropout and stopping: gains on validation, gains on the test set, each in points. The
# best pair on validation is not the best on the test set.
VALID = {(0, 0, 0): 0, (1, 0, 0): 1, (0, 1, 0): 2, (0, 0, 1): -0.6, (1, 1, 0): 4, (1, 0, 1): 1.5,
         (0, 1, 1): 3, (1, 1, 1): -2}
TEST = {(0, 0, 0): 0, (1, 0, 0): 0.5, (0, 1, 0): 2, (0, 0, 1): -0.4, (1, 1, 0): 3, (1, 0, 1): 1,
        (0, 1, 1): 3.5, (1, 1, 1): -3}


def the_bet(caption="Bet."):
    runs = {}
    for chosen in itertools.product((False, True), repeat=3):
        valid, test = (0.8 + gains[tuple(map(int, chosen))] / 100 for gains in (VALID, TEST))
        curve = valid + LUCK[:, None] - np.exp(-np.arange(30))
        # By loss, stopping alone is best.
        loss = 0.9 - valid / 2 - 0.2 * (chosen == (False, False, True))
        runs[chosen] = {"valid accuracy": curve, "valid loss": loss + 0 * curve,
                        "test accuracy": test - 0.01 + LUCK * (1 + chosen[1]),
                        "test loss": loss + 0.05 + 0 * LUCK}
    return TheBet(NAMES, runs, num_test=10_000, caption=caption)


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(cell(the_bet().html()), "light", True))


def tick(page, *names):
    for name in NAMES:
        page.get_by_role("checkbox", name=name).set_checked(name in names)


def look(page):
    page.get_by_role("button", name="Look at its validation curves").click()


def guess(page, points):
    page.get_by_role("slider", name="Its gain").fill(str(round(10 * points) + 80))


def opener(page):
    return page.get_by_role("button", name=re.compile("the test set|test set is open"))


def outcome(page):
    return page.locator(".d2l-outcome")


def tried(page):
    return [row.inner_text().split("\t") for row in page.locator(".d2l-tried tbody tr").all()]


def verdict(page):
    return page.locator(".d2l-verdict-box")


@pytest.mark.parametrize("chosen", list(VALID)[1:])
def test_a_look_shows_what_was_recorded(page, chosen):
    names = [name for name, on in zip(NAMES, chosen) if on]
    tick(page, *names)
    expect(outcome(page)).to_have_text(f"{' + '.join(names)}: not looked at yet.")
    plots = page.get_by_role("slider", name="Values along the curves, by epoch")
    assert plots.first.get_attribute("aria-valuetext") == (
        "at epoch 30: plain 0.800 (0.798 to 0.802)")
    look(page)
    accuracy = 0.8 + VALID[chosen] / 100
    expect(outcome(page)).to_contain_text(f"{' + '.join(names)}: validation accuracy "
                                          f"{accuracy:.3f}, ")
    assert plots.first.get_attribute("aria-valuetext").endswith(
        f"your choice {accuracy:.3f} ({accuracy - 0.002:.3f} to {accuracy + 0.002:.3f})")
    loss = 0.9 - accuracy / 2 - 0.2 * (chosen == (0, 0, 1))
    assert plots.last.get_attribute("aria-valuetext").startswith("at epoch 30: plain 0.500 (")
    sign = "−" if VALID[chosen] < 0 else "+"
    gain = f"{sign}{abs(VALID[chosen]):.1f}"
    assert tried(page)[1] == [" + ".join(names), f"{accuracy:.3f}", gain, f"{loss:.3f}", "·"]


def test_nothing_of_the_test_shows_before_it_is_open(page):
    for chosen in list(VALID)[1:]:
        tick(page, *(name for name, on in zip(NAMES, chosen) if on))
        look(page)
    assert [row[-1] for row in tried(page)] == ["·"] * 8
    assert "0.790" not in page.locator(".d2l-component").inner_text()  # plain's
    expect(verdict(page)).to_be_empty()


def test_what_was_looked_at_can_be_chosen_again(page):
    tick(page, "dropout")
    look(page)
    tick(page, "decay", "stopping")
    page.get_by_role("button", name="dropout", exact=True).click()
    expect(page.get_by_role("checkbox", name="dropout")).to_be_checked()
    expect(page.get_by_role("checkbox", name="decay")).not_to_be_checked()
    expect(page.get_by_role("button", name="dropout", exact=True)).to_be_focused()
    expect(outcome(page)).to_contain_text("dropout: validation accuracy 0.820, +2.0 points")
    expect(page.get_by_role("button", name="Look at")).to_be_disabled()


def test_the_row_of_what_is_chosen_is_in_sight(page):
    for chosen in list(VALID)[1:]:
        tick(page, *(name for name, on in zip(NAMES, chosen) if on))
        look(page)
    frame = page.locator(".d2l-tried").bounding_box()
    for row in (7, 0):
        page.locator(".d2l-again").nth(row).click()
        box = page.locator(".d2l-again[aria-current]").bounding_box()
        assert frame["y"] <= box["y"] and box["y"] + box["height"] <= frame["y"] + frame["height"]


def test_there_is_no_bet_without_a_remedy(page):
    expect(opener(page)).to_be_disabled()
    tick(page, "decay")
    expect(opener(page)).to_be_enabled()
    expect(page.locator(".d2l-bet")).to_contain_text("better on the test set than decay.")


def test_the_verdict_is_what_the_test_set_says(page):
    tick(page, "decay")
    guess(page, 2)
    opener(page).click()
    expect(verdict(page)).to_be_focused()
    words = verdict(page).inner_text()
    # Without dropout the seeds move both by the same; with it, by 0.002 more or less.
    error = 100 * 0.002 / 3**0.5
    assert "Your bet is number 5 of 8 on the test set. It gains 0.5 ± 0.0 points against" in words
    assert (f"plain; you guessed +2.0: 1.5 points off. The best one is 3.0 ± {error:.1f} points "
            "ahead of it.") in words
    assert (f"The winner on validation gained +4.0 points there, and +3.0 ± {error:.1f} on the test "
            f"set; the best one there, +3.5 ± {error:.1f}.") in words
    assert "By test loss your bet is number 6; the lowest is 0.353, of stopping; plain has" in words
    assert "10,000 test images leave each accuracy another ± 0.004" in words
    rows = [row.inner_text().split("\t") for row in verdict(page).locator("tbody tr").all()]
    assert rows == [["your bet: decay", "0.810", "0.795", "5", "0.545"],
                    ["nothing: plain", "0.800", "0.790", "6", "0.550"],
                    ["best on validation: decay + dropout", "0.840", "0.820", "2", "0.530"],
                    ["best on the test set: dropout + stopping", "0.830", "0.825", "1", "0.535"]]


def test_the_best_bet_is_told_so(page):
    tick(page, "dropout", "stopping")
    opener(page).click()
    expect(verdict(page)).to_contain_text("number 1 of 8 on the test set.")
    expect(verdict(page)).to_contain_text("No combination does better.")


def test_a_bet_that_does_harm_is_said_to_lose(page):
    tick(page, *NAMES)
    opener(page).click()
    expect(verdict(page)).to_contain_text("number 8 of 8 on the test set. It loses 3.0 ± 0.1 points")


def test_an_open_bet_is_locked_and_the_rest_can_be_looked_through(page):
    tick(page, "decay")
    opener(page).click()
    expect(page.get_by_role("slider", name="Its gain")).to_be_disabled()
    expect(opener(page)).to_be_disabled()
    expect(opener(page)).to_have_text("The test set is open")
    before = verdict(page).inner_text()
    tick(page, "dropout", "stopping")
    assert tried(page)[-1][0] == "dropout + stopping" and tried(page)[-1][-1] == "0.825"
    assert verdict(page).inner_text() == before
    expect(page.locator(".d2l-bet")).to_contain_text("better on the test set than decay.")


def test_a_second_bet_is_called_practice(page):
    tick(page, "decay")
    opener(page).click()
    page.get_by_role("button", name="Start over").click()
    expect(verdict(page)).to_be_empty()
    assert len(tried(page)) == 1
    expect(page.locator(".d2l-bet")).to_contain_text("another bet is practice, no fair test")


def test_a_bet_stays_for_the_visit(page):
    tick(page, "decay", "dropout")
    guess(page, -1.5)
    opener(page).click()
    before = verdict(page).inner_text()
    page.reload()
    assert verdict(page).inner_text() == before
    expect(page.get_by_role("checkbox", name="dropout")).to_be_checked()


def test_the_picture_has_a_dot_for_each_and_marks_four(page):
    tick(page, "decay")
    opener(page).click()
    field = page.locator(".d2l-field")
    expect(field.locator("circle.d2l-all")).to_have_count(7)
    for kind in ("d2l-plain", "d2l-winner", "d2l-top", "d2l-mine"):
        expect(field.locator(f".{kind}")).to_have_count(1)
    # The best on the test set lies highest, the winner on validation furthest to the right.
    boxes = {kind: field.locator(f".{kind}").bounding_box() for kind in ("d2l-winner", "d2l-top")}
    assert boxes["d2l-top"]["y"] < boxes["d2l-winner"]["y"]
    assert boxes["d2l-top"]["x"] < boxes["d2l-winner"]["x"]


def test_all_of_it_by_keyboard(page):
    page.get_by_role("checkbox", name="decay").focus()
    for key in ("Tab", "Space", "Tab", "Tab", "Enter"):  # dropout, over stopping, look
        page.keyboard.press(key)
    expect(outcome(page)).to_contain_text("dropout: validation accuracy 0.820")
    page.get_by_role("slider", name="Its gain").focus()
    for key in ["ArrowRight"] * 3 + ["Tab", "Enter"]:
        page.keyboard.press(key)
    expect(verdict(page)).to_be_focused()
    expect(verdict(page)).to_contain_text("you guessed +0.3: 1.7 points off.")


def test_a_tap_bets(visit):  # noqa: F811
    page = visit(html_page(cell(the_bet().html()), "light", True), width=360, has_touch=True,
                 is_mobile=True)
    page.get_by_role("checkbox", name="dropout").tap()
    opener(page).tap()
    expect(verdict(page)).to_contain_text("number 3 of 8")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_before_and_after(visit, theme):  # noqa: F811
    page = visit(html_page(cell(the_bet().html()), theme, True), color_scheme=theme)
    tick(page, "decay", "dropout")
    look(page)
    for _ in range(2):
        page.wait_for_timeout(400)
        check_access(page)
        if opener(page).is_enabled():
            opener(page).click()


@pytest.mark.parametrize("width", [360, 800])
def test_it_keeps_its_height_until_the_test_opens(visit, width):  # noqa: F811
    page = visit(html_page(cell(the_bet().html()), "light", True), width)
    heights = []
    for names in ([], ["decay"], NAMES):
        tick(page, *names)
        if names:
            look(page)
        page.wait_for_timeout(150)
        heights.append(page.locator(".d2l-component").bounding_box()["height"])
    assert max(heights) - min(heights) <= 8
