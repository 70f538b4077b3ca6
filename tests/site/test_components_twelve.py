"""TwelveRuns in a real browser: what is bought is what was recorded, and nothing more shows."""

import re

import pytest
from playwright.sync_api import expect
from test_components_kit import cell, check_access, html_page, visit  # noqa: F401 (a fixture)

from d2lutils.records import Record, Run, settings
from d2lutils.widgets import TwelveRuns
from d2lutils.widgets.twelve_runs import best_of

AXES = {
    "lr": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0], "batch_size": [16, 64, 256, 1024],
    "momentum": [0.0, 0.5, 0.9],
}
DIVERGED = {"lr": 1.0, "batch_size": 16, "momentum": 0.9}
GOOD = {"lr": 0.1, "batch_size": 64, "momentum": 0.5}
FAIR = {"lr": 0.03, "batch_size": 64, "momentum": 0.5}


def accuracy(lr, batch_size, momentum):
    """Best where the rate for one example is 1 / 300."""
    rate = lr / batch_size / (1 - momentum)
    return 0.1 if rate > 0.02 else round(0.84 - 0.05 * abs(rate * 300 - 1), 3)


GRID = [accuracy(**s) for s in settings(AXES)]


def twelve(budget=12):
    runs = [
        Run(s, seed, {
            "valid accuracy": [accuracy(**s) * (0.5 + e / 16) for e in range(8)]
            + [accuracy(**s) - seed / 100],
            "test accuracy": [0.1] * 8 + [accuracy(**s) - 0.03],
        }, 1.0)
        for s in settings(AXES) for seed in range(3)
    ]
    record = Record.now("optimization/00-grid", "", AXES, 3, runs, "")
    grid = [{"lr": lr, "batch_size": b, "momentum": m}
            for lr in (0.01, 0.1, 1.0) for b in (16, 256) for m in (0.0, 0.9)][:budget]
    return TwelveRuns(record, {"grid search": grid, "range test": [None, GOOD][:budget]},
                      budget=budget, caption="Spend them well.")


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(cell(twelve().html()), "light", True))


def run(page, lr, batch_size, momentum):
    return page.get_by_role(
        "button", name=f"lr {lr:g}, batch size {batch_size}, momentum {momentum:g}:")


def outcome(page):
    return page.locator(".d2l-outcome")


def opener(page):
    return page.get_by_role("button", name=re.compile("test set"))


def test_every_setting_shows_what_was_recorded_once_it_is_bought(visit):  # noqa: F811
    page = visit(html_page(cell(twelve(budget=84).html()), "light", True))
    for i, setting in enumerate(settings(AXES)):
        button = run(page, **setting)
        expect(button).to_have_text("·")
        button.click()
        expect(button).to_have_text(f"{accuracy(**setting):.3f}")
        expect(outcome(page)).to_contain_text(f"Run {i + 1}, lr {setting['lr']:g}, batch size")
    expect(outcome(page)).to_contain_text("0 runs left: open the test set.")


def test_nothing_of_a_result_shows_before_it_is_bought(page):
    # Of the race alone: what other searches find says where the grid's best may lie, not which.
    shown = page.locator(".d2l-market table").inner_text()
    assert "0.8" not in shown and shown.count("·") == 84
    for one in page.locator(".d2l-run").all():
        assert one.get_attribute("aria-label").endswith(": hidden")
        assert one.get_attribute("style") in (None, "--d2l-share: 0%;")
    expect(opener(page)).to_be_disabled()


def test_the_budget_ends_and_a_look_back_costs_nothing(page):
    for setting in list(settings(AXES))[:12]:
        run(page, **setting).click()
    expect(outcome(page)).to_contain_text("0 runs left: open the test set.")
    run(page, **DIVERGED).click(force=True)  # it is disabled, but can be reached
    expect(run(page, **DIVERGED)).to_have_text("·")
    expect(page.get_by_role("status")).to_have_text("The budget is spent.")
    run(page, **next(settings(AXES))).click()
    expect(outcome(page)).to_contain_text("Run 1, lr 0.001, batch size 16, momentum 0:")


def test_the_best_so_far_is_the_best_so_far(page):
    run(page, **DIVERGED).click()
    expect(outcome(page)).to_have_text("Run 1, lr 1, batch size 16, momentum 0.9: "
                                       "validation accuracy 0.100, your best. 11 runs left.")
    run(page, **GOOD).click()
    worse = {**GOOD, "lr": 0.01}
    run(page, **worse).click()
    expect(outcome(page)).to_contain_text(
        f"validation accuracy {accuracy(**worse):.3f}; your best {accuracy(**GOOD):.3f}.")
    race = page.get_by_role("slider", name="Values along the curves, by runs spent")
    race.focus()
    page.keyboard.press("Home")
    mean, low, high = best_of(GRID, 1)
    words = race.get_attribute("aria-valuetext")
    assert words == (f"at runs spent 1: random search {mean:.3f} ({low:.3f} to {high:.3f}), "
                     f"grid search {accuracy(0.01, 16, 0.0):.3f}, range test –, you 0.100")
    page.keyboard.press("ArrowRight")
    words = race.get_attribute("aria-valuetext")
    assert words.startswith(f"at runs spent 2: random search {best_of(GRID, 2).mean:.3f}")
    assert words.endswith(f"range test {accuracy(**GOOD):.3f}, you {accuracy(**GOOD):.3f}")


def test_curves_of_what_was_bought_can_be_read(page):
    run(page, **GOOD).click()
    run(page, **DIVERGED).click()
    curves = page.get_by_role("slider", name="Values along the curves, by epoch")
    words = curves.get_attribute("aria-valuetext")
    assert words == "at epoch 9: your best run 0.837, run shown 0.100"
    run(page, **{**GOOD, "lr": 0.03}).click()
    assert "run 2 0.100" in curves.get_attribute("aria-valuetext")


def test_the_test_set_is_opened_once_and_uncovers_the_grid(page):
    run(page, **DIVERGED).click()
    run(page, **FAIR).click()
    expect(opener(page)).to_have_text("Stop here and open the test set")
    opener(page).click()
    best, tested = accuracy(**FAIR), accuracy(**FAIR) - 0.03
    error = (tested * (1 - tested) / 10_000) ** 0.5
    ahead = sum(a > best for a in GRID)
    verdict = page.locator(".d2l-verdict-box")
    expect(verdict).to_be_focused()
    expect(verdict).to_contain_text(f"test accuracy {tested:.3f} ± {error:.3f} (standard error, "
                                    "10,000 examples)")
    expect(verdict).to_contain_text(f"{ahead} settings of 84 did better on the test set.")
    expect(verdict).to_contain_text(f"{best:.3f}, 0.030 above the test accuracy. The same "
                                    f"setting with 2 other seeds: {best - 0.015:.3f} on average.")
    below = sum(a < best for a in GRID)
    share = round(100 * below * (below - 1) / (84 * 83))
    expect(verdict).to_contain_text(f"beats that of {share} in 100 random searches with 2 runs")
    assert page.locator(".d2l-run").all_inner_texts().count("·") == 0
    expect(page.locator(".d2l-bought")).to_have_count(2)
    expect(opener(page)).to_have_text("The test set is open")
    expect(opener(page)).to_be_disabled()
    run(page, **GOOD).click(force=True)
    expect(page.locator(".d2l-bought")).to_have_count(2)
    expect(page.get_by_role("status")).to_contain_text(f"{accuracy(**GOOD):.3f}, not bought.")


def test_starting_over_hides_everything_and_says_that_the_test_set_is_known(page):
    run(page, **GOOD).click()
    opener(page).click()
    page.get_by_role("button", name="Start over").click()
    assert page.locator(".d2l-run").all_inner_texts() == ["·"] * 84
    expect(outcome(page)).to_have_text("Nothing bought yet. Which setting first?")
    expect(page.locator(".d2l-verdict-box")).to_contain_text("this game is practice")


def test_a_game_stays_for_the_visit(page):
    run(page, **GOOD).click()
    page.reload()
    expect(run(page, **GOOD)).to_have_text(f"{accuracy(**GOOD):.3f}")
    expect(outcome(page)).to_contain_text("11 runs left.")


def test_all_of_it_by_keyboard(page):
    page.locator(".d2l-run").first.focus()
    assert page.locator(".d2l-run[tabindex='0']").count() == 1
    for key in ("ArrowRight", "ArrowDown", "PageDown", "End", "Home", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(outcome(page)).to_contain_text("Run 1, lr 0.003, batch size 64, momentum 0.5:")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(outcome(page)).to_contain_text("Run 2, lr 0.003, batch size 16, momentum 0.5:")
    for _ in range(9):
        page.keyboard.press("ArrowUp")
    expect(page.locator(".d2l-run:focus")).to_have_attribute(
        "aria-label", "lr 0.003, batch size 16, momentum 0: hidden")
    for _ in range(3):  # over both charts
        page.keyboard.press("Tab")
    expect(opener(page)).to_be_focused()


def test_a_tap_buys(visit):  # noqa: F811
    page = visit(html_page(cell(twelve().html()), "light", True), width=360, has_touch=True,
                 is_mobile=True)
    run(page, **GOOD).tap()
    expect(outcome(page)).to_contain_text("Run 1,")
    assert page.locator(".d2l-market").evaluate("e => e.scrollWidth - e.clientWidth") == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_middle_and_at_the_end(visit, theme):  # noqa: F811
    page = visit(html_page(cell(twelve().html()), theme, True), color_scheme=theme)
    for setting in (DIVERGED, GOOD, {**GOOD, "lr": 0.01}):
        run(page, **setting).click()
    for _ in range(2):
        page.wait_for_timeout(400)
        check_access(page)
        if opener(page).is_enabled():
            opener(page).click()


@pytest.mark.parametrize("width", [360, 800])
def test_it_keeps_its_height_through_a_game(visit, width):  # noqa: F811
    page = visit(html_page(cell(twelve().html()), "light", True), width)

    def height():
        page.wait_for_timeout(150)
        return page.locator(".d2l-component").bounding_box()["height"]

    heights = [height()]
    for setting in (DIVERGED, GOOD):
        run(page, **setting).click()
        heights.append(height())
    assert max(heights) - min(heights) <= 8
