"""ScheduleExplorer in a browser: its rates against PyTorch in float64, and its controls."""

import itertools
import math
import random
import re
import textwrap

import pytest
import torch
from playwright.sync_api import expect
from test_components_kit import html_page, visit  # noqa: F811, F401 (a fixture)

from d2lutils.widgets import ScheduleExplorer
from d2lutils.widgets.base import bundle
from d2lutils.widgets.schedule_explorer import CURVATURES, NOISE, SCHEDULES, SHARED, SQUARES, STEPS
from d2lutils.widgets.schedule_explorer import follow as follow_in_python


@pytest.fixture(scope="module")
def engine(browser):
    page = browser.new_page()
    script = bundle("schedule_engine.js")
    page.add_script_tag(
        content=f"{script}\nwindow.engine = {{ followSchedule, torchLines }};", type="module")
    page.wait_for_function("window.engine")
    yield page
    page.close()


def settings(schedule, many=8):
    """Return the usual setting, the ends of all sliders, and a few at random."""
    knobs = [*SHARED, *SCHEDULES[schedule].knobs]
    draw = random.Random(schedule)
    chosen = [{k.key: k.start for k in knobs}, {k.key: k.values[0] for k in knobs},
              {k.key: k.values[-1] for k in knobs}]
    chosen += [{k.key: draw.choice(k.values) for k in knobs} for _ in range(many)]
    warm = [{**setting, "before": 10} for setting in chosen[:2]]
    return chosen + warm


def by_torch(lines):
    """Execute the lines of PyTorch as they stand; return the rate at each step."""
    make, move = lines.split("# after ", 1)
    move = compile(textwrap.dedent(move.split(":\n", 1)[1]), "<after a step>", "exec")
    net = torch.nn.Linear(1, 1).double()
    scope = {"torch": torch, "net": net}
    exec(make, scope)
    squares, rates = list(SQUARES), []
    for t in range(STEPS):
        rate = scope["optimizer"].param_groups[0]["lr"]
        squares = [(1 - rate * h) ** 2 * s + rate**2 * NOISE for h, s in zip(CURVATURES, squares)]
        scope["t"], scope["loss"] = t, sum(h * s / 2 for h, s in zip(CURVATURES, squares))
        scope["optimizer"].step()
        exec(move, scope)
        rates.append(rate)
    return rates


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_drawn_rates_are_those_that_the_shown_lines_make_in_torch(engine, schedule):
    bowl = ScheduleExplorer().state()["bowl"]
    for setting in settings(schedule):
        given = {**setting, "schedule": schedule}
        drawn, lines = engine.evaluate(
            "([s, bowl]) => [engine.followSchedule(s, bowl), engine.torchLines(s)]", [given, bowl])
        assert drawn["rates"] == pytest.approx(by_torch(lines), rel=1e-12, abs=1e-12), lines
        rates, losses = follow_in_python(schedule, setting)
        assert drawn["rates"] == pytest.approx(rates, rel=1e-12, abs=1e-12), setting
        assert drawn["losses"] == pytest.approx(losses, rel=1e-9), setting
        assert max(map(len, lines.splitlines())) <= 78


def test_the_mean_loss_is_that_of_sgd_with_noisy_gradients():
    torch.manual_seed(0)
    setting = {"rate": 0.3, "before": 0}
    curvature = torch.tensor(CURVATURES, dtype=torch.float64)
    w = torch.tensor(SQUARES, dtype=torch.float64).sqrt().repeat(20_000, 1)
    for rate, loss in itertools.islice(zip(*follow_in_python("constant", setting)), 40):
        w = w - rate * (curvature * w + math.sqrt(NOISE) * torch.randn_like(w))
        assert (curvature * w**2 / 2).sum(1).mean().item() == pytest.approx(loss, rel=0.05)


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(ScheduleExplorer("step", caption="Move.").html()))


def path(page, chart=0):
    return page.locator(f".d2l-plot >> nth={chart} >> .d2l-line").first.get_attribute("d")


def test_a_slider_moves_both_charts_and_the_code(page):
    before = [path(page), path(page, 1)]
    code = page.locator(".d2l-code")
    expect(code).to_contain_text("optimizer, step_size=25, gamma=0.3)")
    gamma = page.get_by_label("factor γ")
    assert gamma.get_attribute("data-lm-suppress-shortcuts") is not None
    gamma.focus()
    page.keyboard.press("ArrowRight")
    expect(gamma).to_be_focused()
    assert gamma.get_attribute("aria-valuetext") == "0.5"
    assert page.locator(".d2l-control", has=gamma).locator(".d2l-value").text_content() == "0.5"
    expect(code).to_contain_text("step_size=25, gamma=0.5)")
    assert path(page) != before[0] and path(page, 1) != before[1]
    expect(page.locator(".d2l-status")).to_contain_text("step: at step 99: this one 0.0375")


def test_each_schedule_brings_its_knobs_and_keeps_rate_and_warm_up(page):
    page.get_by_label("rate η₀").fill("4")
    page.get_by_label("warm up for").fill("2")
    height = page.locator(".d2l-component").bounding_box()["height"]
    select = page.get_by_label("schedule", exact=True)
    for name, (_, knobs) in SCHEDULES.items():
        select.focus()
        select.select_option(label=name)
        expect(select).to_be_focused()
        names = page.locator(".d2l-control .d2l-name").all_text_contents()
        assert names == ["schedule", *(knob.label for knob in (*SHARED, *knobs))]
        expect(page.locator(".d2l-code")).to_contain_text("lr=0.1)")
        expect(page.locator(".d2l-code")).to_contain_text("total_iters=10)")
        now = page.locator(".d2l-component").bounding_box()["height"]
        assert abs(now - height) <= 1, name


def test_the_formula_has_raised_and_lowered_pieces(page):
    formula = page.locator(".d2l-formula")
    expect(formula).to_have_text("ηt = η0 γ⌊t/n⌋")
    assert formula.locator("sup").all_text_contents() == ["⌊t/n⌋"]
    assert formula.locator("sub").all_text_contents() == ["t", "0"]


def test_a_kept_schedule_stays_until_reset(page):
    expect(page.locator(".d2l-item:visible")).to_have_count(2)
    start = path(page)
    page.get_by_role("button", name="Keep to compare").click()
    page.get_by_label("schedule", exact=True).select_option(label="constant")
    expect(page.locator(".d2l-item:visible")).to_have_count(4)
    assert page.locator(".d2l-plot >> nth=0 >> .d2l-line").nth(1).get_attribute("d") == start
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".d2l-item:visible")).to_have_count(2)
    expect(page.get_by_label("schedule", exact=True)).to_have_value("5")
    assert path(page) == start


def test_the_code_can_be_copied(page):
    page.get_by_role("button", name="Copy the code").click()
    chosen = page.evaluate("window.getSelection().toString()")
    assert chosen.strip() == page.locator(".d2l-code").text_content().strip()
    said = page.locator(".d2l-actions [role=status]")
    expect(said).to_have_text(re.compile(r"Copied\.|Selected: copy with Ctrl\+C\."))


def test_the_plateau_waits_for_the_loss_to_stall(page):
    page.get_by_label("schedule", exact=True).select_option(label="plateau")
    plots = page.locator(".d2l-plot")
    rates = []
    plots.nth(0).focus()
    for _ in range(STEPS):
        rates.append(float(plots.nth(0).get_attribute("aria-valuetext").split()[-1]))
        page.keyboard.press("ArrowLeft")
    assert rates[-1] == 0.3 and len(set(rates)) == 3
    page.get_by_label("patience P").fill("7")
    expect(page.locator(".d2l-code")).to_contain_text("schedule.step(loss)")


def test_too_large_a_rate_leaves_the_chart_and_that_is_said(page):
    page.get_by_label("schedule", exact=True).select_option(label="constant")
    page.get_by_label("rate η₀").fill("10")
    expect(page.locator(".d2l-note")).to_have_text("Partly off the chart: this one.")


def test_both_charts_are_read_at_the_same_step(page):
    page.locator(".d2l-plot").first.focus()
    page.keyboard.press("Home")
    assert page.locator(".d2l-where").all_text_contents() == ["step 0", "step 0"]


def test_by_touch_on_a_phone(visit):  # noqa: F811
    page = visit(html_page(ScheduleExplorer("step").html()), 360, has_touch=True, is_mobile=True)
    box = page.get_by_label("rate η₀").bounding_box()
    page.touchscreen.tap(box["x"] + 3, box["y"] + box["height"] / 2)
    expect(page.locator(".d2l-code")).to_contain_text("lr=0.01)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
