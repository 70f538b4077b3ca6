"""BeamTree in a browser: it searches as beam_search does, and its controls."""

import itertools
import re

import pytest
import torch
from playwright.sync_api import expect
from samples import WORDS, table_step
from test_components_kit import cell, check_access, html_page, visit  # noqa: F401 (a fixture)

import d2lutils as d2l
from d2lutils.widgets import BeamTree
from d2lutils.widgets.base import bundle


def random_step(seed):
    """Chances that hang on all words so far."""
    def step(state, token):
        state = (*state, token)
        generator = torch.Generator().manual_seed(sum((t + 1) * 7 ** i for i, t in enumerate(state))
                                                  + 100_000 * seed)
        scores = 2 * torch.randn(4, generator=generator, dtype=torch.float64)
        return scores.log_softmax(0), state
    return step


def tree(**options):
    return BeamTree(table_step, None, None, WORDS, 3, 4, caption="Widen the beam.", **options)


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(tree().html()))


def to_the_end(page, width=None, alpha=None):
    if width is not None:
        page.get_by_label("width").fill(str(width - 1))
    if alpha is not None:
        page.get_by_label("normalization α").fill(str(int(alpha * 4)))
    page.get_by_label("step", exact=True).fill("4")


def found(page):
    rows = page.locator(".d2l-found tbody tr").all()
    texts = [row.locator("th, td").all_text_contents() for row in rows]
    return [row for row in texts if row[1]]


@pytest.mark.parametrize("seed", range(4))
def test_it_finds_what_beam_search_finds(visit, seed):  # noqa: F811
    step = random_step(seed)
    chances = BeamTree(step, (), 0, WORDS, 3, 4).chances
    script = bundle("beamtree.js").replace("export default { render };", "")
    page = visit(html_page(""))
    for width, alpha in itertools.product((1, 2, 3, 4, 300), (0, 0.5, 1.5)):
        theirs = page.evaluate(
            f"([chances, width, alpha]) => {{ {script}\n"
            "const { complete } = searchBeam(chances, 3, 4, width);\n"
            "return complete.map((n) => [n.tokens, n.logP, normalizedScore(n, alpha)]); }",
            [chances, width, alpha])
        ours = d2l.beam_search(step, (), 0, 3, width, 4, alpha)
        best = max(theirs, key=lambda node: node[2])
        assert tuple(best[0]) == ours[0].tokens
        assert best[1:] == pytest.approx([ours[0].log_prob, ours[0].score], abs=1e-5)
        assert {h.tokens for h in ours} <= {tuple(node[0]) for node in theirs}
    everything = d2l.exhaustive_search(step, (), 0, 3, 4, alpha)
    assert {h.tokens for h in everything} == {tuple(node[0]) for node in theirs}


@pytest.mark.parametrize("width, sentence, verdict", [
    (1, "old dogs sleep .", "missed"), (2, "dogs sleep .", "missed"),
    (3, "sleep .", "found"), (4, "sleep .", "found"),
])
def test_a_wider_beam_finds_a_likelier_sentence(page, width, sentence, verdict):
    to_the_end(page, width)
    assert found(page)[0][0] == sentence
    expect(page.locator(".d2l-verdict-line")).to_have_text(re.compile(
        rf"^Of all 121 sequences “sleep \.” has the best score, −1.58 .* search {verdict} it\.$"))


def test_normalization_turns_the_order_round(page):
    to_the_end(page, 4, 0)
    plain = found(page)
    assert plain[0] == ["sleep .", "2", "−1.58", "−1.58"]
    to_the_end(page, 4, 1)
    normed = found(page)
    assert normed[0] == ["old dogs sleep .", "4", "−2.18", "−0.54"]
    expect(page.locator(".d2l-verdict-line")).to_contain_text("“old dogs sleep .” has the best")


def test_next_and_back_walk_through_the_search(page):
    nodes = page.locator(".d2l-box-node")
    expect(nodes).to_have_count(4)
    next_, back = (page.get_by_role("button", name=name) for name in ("Next", "Back"))
    expect(page.locator(".d2l-beam-words")).to_have_text("Step 1: 4 candidates. Kept: “old”.")
    for count in (8, 12, 16):
        next_.click()
        expect(nodes).to_have_count(count)
    expect(next_).to_be_disabled()
    for count in (12, 8, 4, 0):
        back.click()
        expect(nodes).to_have_count(count)
    expect(back).to_be_disabled()
    expect(page.locator(".d2l-beam-words")).to_have_text("Nothing is written yet. Press Next.")


def test_kept_and_pruned_branches_are_told_apart(page):
    to_the_end(page, 2)
    names = page.locator(".d2l-box-node").evaluate_all("all => all.map(e => e.ariaLabel)")
    assert names[:4] == ["old, .42, kept", "dogs, .33, kept", "sleep, .23, pruned",
                         "., .020, pruned"]
    assert "dogs sleep ., .18, complete" in names
    strokes = page.locator(".d2l-edge").evaluate_all(
        "all => all.map(e => getComputedStyle(e).strokeDasharray)")
    assert [dash == "none" for dash in strokes] == ["pruned" not in name for name in names]


def test_keys_walk_through_the_tree(page):
    to_the_end(page, 2)
    first = page.get_by_role("button", name="old, .42, kept")
    first.click()
    node = page.locator(".d2l-beam-node")
    expect(node).to_have_text("“old”: .42, log −0.87; place 1 of 4: kept.")
    page.keyboard.press("ArrowRight")
    expect(node).to_have_text("“old dogs”: .42 × .50 = .21, log −1.56; place 1 of 8: kept.")
    page.keyboard.press("ArrowDown")
    expect(node).to_contain_text("“old sleep”: .42 × .25")
    focused = page.locator(":focus")
    expect(focused).to_have_attribute("aria-pressed", "true")
    assert focused.get_attribute("data-lm-suppress-shortcuts") is not None
    page.keyboard.press("ArrowLeft")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    assert page.locator(".d2l-box-node[tabindex='0']").count() == 1


def test_reset_brings_the_beginning_back(page):
    before = page.locator(".d2l-component").inner_html()
    to_the_end(page, 4, 1)
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".d2l-box-node")).to_have_count(4)
    expect(page.get_by_label("width")).to_have_value("0")
    assert page.locator(".d2l-component").inner_html().count("d2l-kept") == before.count("d2l-kept")


def test_the_search_is_said_aloud(page):
    to_the_end(page, 3)
    expect(page.get_by_role("status")).to_contain_text("This search found it.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(visit, theme):  # noqa: F811
    page = visit(html_page(cell(tree().html()), theme, True), color_scheme=theme)
    to_the_end(page, 3)
    check_access(page)


def test_it_fits_a_phone(visit):  # noqa: F811
    page = visit(html_page(cell(tree().html()), "light", True), 360, has_touch=True)
    to_the_end(page, 4)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    boxes = page.locator(".d2l-box-node")
    assert boxes.evaluate_all("all => all.every(e => e.scrollWidth <= e.clientWidth)")
    sizes = [box.bounding_box() for box in boxes.all()]
    assert min(min(size["width"], size["height"]) for size in sizes) >= 24
    for a, b in itertools.combinations(sizes, 2):
        apart = abs(a["x"] - b["x"]) >= a["width"] or abs(a["y"] - b["y"]) >= a["height"]
        assert apart


@pytest.mark.parametrize("width", [360, 800])
def test_nothing_moves(visit, width):  # noqa: F811
    html = html_page(cell(tree().html()), "light", True)
    height = lambda page: page.locator(".d2l-component").bounding_box()["height"]  # noqa: E731
    still = visit(re.sub("<script.*?</script>", "", html, flags=re.DOTALL), width)
    page = visit(html, width)
    first = height(page)
    assert abs(height(still) - first) <= 8
    for beam, alpha in itertools.product((1, 4), (0, 1.5)):
        to_the_end(page, beam, alpha)
        assert abs(height(page) - first) <= 8
