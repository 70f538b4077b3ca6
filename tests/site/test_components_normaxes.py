"""NormAxes in a browser: what it lights up and computes against PyTorch, and its controls."""

import pytest
import torch
from playwright.sync_api import expect
from test_components_kit import html_page, visit  # noqa: F401 (a fixture)
from torch.nn import functional as F

from d2lutils.widgets import NormAxes
from d2lutils.widgets.base import bundle
from d2lutils.widgets.normaxes import RUNNING, TENSOR

X = torch.tensor(TENSOR, dtype=torch.float64)[:, :, None]  # (3, 4, 1, 3)
MEAN, VAR = (torch.tensor(RUNNING[key], dtype=torch.float64) for key in ("mean", "var"))
# What torch does under each setting of the controls: normalization, groups, mode.
THEIRS = {
    ("batch", 2, "train()"): lambda x: F.batch_norm(x, None, None, training=True),
    ("batch", 2, "eval()"): lambda x: F.batch_norm(x, MEAN, VAR, training=False),
    ("layer", 2, "train()"): lambda x: F.layer_norm(x, x.shape[1:]),
    ("layer", 2, "eval()"): lambda x: F.layer_norm(x, x.shape[1:]),
    ("instance", 2, "train()"): F.instance_norm,
    ("group", 1, "train()"): lambda x: F.group_norm(x, 1),
    ("group", 2, "eval()"): lambda x: F.group_norm(x, 2),
    ("group", 4, "train()"): lambda x: F.group_norm(x, 4),
}


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(NormAxes(caption="Pick a cell.").html()))


def choose(page, kind, groups, mode):
    page.get_by_label("normalization").select_option(label="group")
    page.get_by_label("groups").select_option(label=str(groups))
    page.get_by_label("normalization").select_option(label=kind)
    page.get_by_label("mode").select_option(label=mode)


def lit(page, block):
    cells = page.locator(f".d2l-tensor >> nth={block} >> .d2l-cells > *")
    return cells.evaluate_all("all => all.map(e => e.classList.contains('d2l-lit'))")


def numbers(page, block):
    texts = page.locator(f".d2l-tensor >> nth={block} >> .d2l-cells > *").all_text_contents()
    return torch.tensor([float(text.replace("−", "-")) for text in texts]).double()


@pytest.mark.parametrize("setting", THEIRS, ids=lambda s: "-".join(map(str, s)))
def test_lit_are_the_cells_whose_output_the_chosen_number_changes(page, setting):
    normalize = THEIRS[setting]
    choose(page, *setting)
    cells = page.locator(".d2l-cells button")
    for at in (0, 4, 17, 23, 35):
        cells.nth(at).click()
        moved = X.flatten().clone()
        moved[at] += 0.37
        changed = (normalize(moved.reshape(X.shape)) - normalize(X)).abs().flatten() > 1e-9
        assert lit(page, 0) == lit(page, 1) == changed.tolist()
    assert (numbers(page, 1) - normalize(X).flatten()).abs().max() <= 0.0501


@pytest.mark.parametrize("setting", THEIRS, ids=lambda s: "-".join(map(str, s)))
def test_the_numbers_are_those_of_torch(visit, setting):  # noqa: F811
    kind, groups, mode = setting
    state = NormAxes().state()
    script = bundle("normaxes.js").replace("export default { render };", "")
    running = RUNNING if (kind, mode) == ("batch", "eval()") else None
    owner = state["owners"][f"group {groups}" if kind == "group" else kind]
    found = visit(html_page("")).evaluate(
        f"([values, owner, running]) => {{ {script}\n"
        "return normalizeNumbers(values, owner, running, (at) => Math.floor(at / 3) % 4); }",
        [state["values"], owner, running],
    )
    ours = torch.tensor(found["output"], dtype=torch.float64).reshape(X.shape)
    torch.testing.assert_close(ours, THEIRS[setting](X), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind, groups, count", [
    ("batch", 2, 4), ("layer", 2, 3), ("instance", 2, 12), ("group", 1, 3), ("group", 2, 6),
    ("group", 4, 12),
])
def test_it_counts_the_means(page, kind, groups, count):
    choose(page, kind, groups, "train()")
    expect(page.locator(".d2l-sharing")).to_contain_text(f"train(): {count} means, one for each")
    others = 36 // count - 1
    expect(page.locator(".d2l-sharing")).to_contain_text(f"averaged with {others} others")
    assert sum(lit(page, 0)) == others + 1


def test_the_number_of_groups_is_asked_for_group_norm_alone(page):
    expect(page.get_by_label("groups")).to_be_disabled()
    choose(page, "group", 4, "train()")
    expect(page.get_by_label("groups")).to_be_enabled()
    expect(page.locator(".d2l-sharing")).to_contain_text("Instance norm shares alike")


def test_keys_move_through_the_cells_and_on_into_the_next_example(page):
    first = page.get_by_role("button", name="example 1, channel 1, pixel 1")
    first.click()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    expect(first).to_be_focused()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    there = page.get_by_role("button", name="example 2, channel 2, pixel 1: 8, averaged")
    expect(there).to_be_focused()
    expect(there).to_have_attribute("aria-pressed", "true")
    assert there.get_attribute("data-lm-suppress-shortcuts") is not None
    assert page.locator(".d2l-cells button[tabindex='0']").count() == 1
    expect(page.get_by_role("status")).to_contain_text("channel 2 of every example. Mean 6.22,")


def test_another_number_changes_what_shares_its_mean_and_reset_brings_all_back(page):
    choose(page, "instance", 2, "train()")
    page.get_by_role("button", name="example 3, channel 4, pixel 2").click()
    before = numbers(page, 1)
    page.get_by_label("framed cell").fill("9")
    changed = (numbers(page, 1) != before).nonzero().flatten().tolist()
    assert set(changed) <= {33, 34, 35} and 34 in changed
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_label("normalization")).to_have_value("0")
    assert torch.equal(numbers(page, 0), X.flatten())


def test_evaluation_takes_the_running_statistics(page):
    choose(page, "batch", 2, "eval()")
    page.get_by_role("button", name="example 1, channel 3, pixel 2").click()
    expect(page.locator(".d2l-formula")).to_have_text(
        "Running mean 6.00, variance 4.00. The framed cell: (9 − 6.00) / √(4.00 + ε) = 1.50.")
    expect(page.locator(".d2l-sharing")).to_contain_text("no other cell matters")
    assert sum(lit(page, 1)) == 1
