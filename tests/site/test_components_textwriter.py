"""TextWriter in a real browser: its models against PyTorch's, and every way to use it."""

import json
import re

import pytest
import torch
from playwright.sync_api import expect
from test_components_kit import cell, check_access, html_page, visit, writer  # noqa: F401
from torch import nn

import d2lutils as d2l
from d2lutils.widgets.base import bundle
from d2lutils.widgets.text_models import checked_models, described, foreseen

TEXT = 'The lark sang, and the bell rang;\n"Ring," said the old bell. ' * 6
VOCAB = d2l.Vocab(list(TEXT))
LAYERS = {"RNN": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}
RUN = """([about, data, vocab, text]) => {
  const model = createTextModel(about, data, vocab);
  const { tokens } = tokensOf(text, vocab);
  return foreseen(model, tokens.slice(0, 5), tokens.slice(5)).map((row) => [...row]);
}"""
DRAW = """([scores, temperature, topK, count]) => {
  const p = drawingFrom(scores, temperature, topK);
  const random = randomNumbers(3);
  const drawn = scores.map(() => 0);
  for (let i = 0; i < count; i += 1) drawn[drawToken(p, random)] += 1;
  return [[...p], drawn];
}"""


@pytest.fixture(scope="module")
def engine(browser):
    page = browser.new_page()
    names = "createTextModel, foreseen, tokensOf, drawingFrom, drawToken, randomNumbers"
    source = bundle("text_models.js") + "\n" + bundle("random.js")
    page.add_script_tag(content=f"{source}\nObject.assign(window, {{ {names} }});", type="module")
    page.wait_for_function("Boolean(window.drawToken)")
    yield page
    page.close()


@pytest.mark.parametrize("kind", LAYERS)
def test_probabilities_are_those_of_pytorch_through_200_characters(engine, kind):
    torch.manual_seed(4)
    net = d2l.RNNModel(LAYERS[kind](len(VOCAB), 96), len(VOCAB))
    for name, param in net.named_parameters():
        param.data *= 1.5 if "hh" in name else 6  # far from equal, and far from chaos
    kept = checked_models({kind: net}, VOCAB)[kind]
    about, data = described(kind, kept)
    got = engine.evaluate(RUN, [about, data, VOCAB.idx_to_token, TEXT[:205]])
    expected = torch.tensor(foreseen(kept, VOCAB, TEXT[:5], TEXT[5:205]))
    assert expected.shape == (201, len(VOCAB)) and expected.amax(1).mean() > 0.15
    assert (torch.tensor(got) - expected).abs().max() < 1e-4
    plain = torch.tensor(foreseen(net, VOCAB, TEXT[:5], TEXT[5:205]))
    assert (plain - expected).abs().max() > 3e-4  # the test would see plain weights


@pytest.mark.parametrize("temperature, k", [(1, None), (0.5, None), (1.7, 3), (0, None), (0.8, 1)])
def test_characters_are_drawn_as_temperature_and_top_k_say(engine, temperature, k):
    scores = [9.0, 1.0, 2.0, 0.5, 1.9, -3.0]  # the first is the unknown character
    p, drawn = engine.evaluate(DRAW, [scores, temperature, k, 4000])
    kept = torch.tensor(scores[1:])
    if temperature == 0:
        expected = torch.tensor([0.0, 1, 0, 0, 0])
    else:
        least = kept.topk(k or 5).values[-1]
        expected = kept.masked_fill(kept < least, -torch.inf).div(temperature).softmax(0)
    assert p[0] == 0 and p[1:] == pytest.approx(expected.tolist(), abs=1e-6)
    assert torch.allclose(torch.tensor(drawn[1:]) / 4000, expected, atol=0.035)
    assert all(count == 0 for count, share in zip(drawn, p) if share == 0)


# ---- in a page

@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(cell(writer().html()), "light", True))


def written(page, times=1):
    """Press Write and return what stands there once it has stopped."""
    page.get_by_role("button", name="Write", exact=True).click()
    expect(page.get_by_role("button", name="Write", exact=True)).to_be_visible(timeout=15_000)
    expect(page.locator(".d2l-paper > span")).to_have_count(60 * times, timeout=15_000)
    return page.locator(".d2l-paper").inner_text()


def move(page, name, key, times=1):
    for _ in range(times):
        page.get_by_label(name, exact=True).press(key)


def test_it_writes_on_from_the_prompt_and_the_seed_decides_what(page):
    page.get_by_label("prompt").fill("bell ")
    first = written(page)
    assert first.startswith("bell ")
    assert written(page) == first
    page.get_by_label("seed").fill("7")
    assert written(page) != first
    expect(page.get_by_role("status").last).to_contain_text("60 characters written: ")


@pytest.mark.parametrize("knob, low, high", [("temperature", "0.0", "2.0"), ("top-k", "1", "all")])
def test_a_slider_says_where_it_stands(page, knob, low, high):
    slider = page.get_by_label(knob, exact=True)
    for key, said in (("Home", low), ("End", high)):
        slider.press(key)
        expect(slider).to_have_attribute("aria-valuetext", said)
        expect(page.locator(".d2l-control", has=slider).locator(".d2l-value")).to_have_text(said)


def test_at_temperature_0_and_with_top_1_it_writes_what_pytorch_does(page):
    made = writer()
    greedy = d2l.generate(made.models["GRU"], made.vocab, "the ", 60, temperature=0)
    move(page, "temperature", "Home")
    page.get_by_label("prompt").fill("the ")
    assert written(page) == greedy
    move(page, "temperature", "End")
    move(page, "top-k", "Home")
    assert written(page) == greedy


def test_it_can_be_stopped_gone_on_with_and_put_back(page):
    more = page.get_by_role("button", name="Go on")
    expect(more).to_be_disabled()
    page.get_by_role("button", name="Write", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.d2l-paper > span').length > 5")
    page.get_by_role("button", name="Stop").click()
    count = page.locator(".d2l-paper > span").count()
    assert count < 60
    page.wait_for_timeout(200)
    assert page.locator(".d2l-paper > span").count() == count
    more.click()
    expect(page.locator(".d2l-paper > span")).to_have_count(count + 60, timeout=15_000)
    page.get_by_label("prompt").fill("bell")
    page.get_by_role("button", name="Reset").click()
    assert page.get_by_label("prompt").input_value() == "the "
    expect(page.locator(".d2l-paper")).to_contain_text("Press Write")


def test_what_it_cannot_read_is_said_and_nothing_is_written(page):
    field = page.get_by_label("prompt")
    field.fill("Ωé the")
    expect(page.locator(".d2l-note")).to_contain_text("never seen “Ω”, “é”")
    page.get_by_role("button", name="Write", exact=True).click()
    field.fill("")
    expect(page.locator(".d2l-note")).to_contain_text("at least one character")
    field.press("Enter")
    assert page.locator(".d2l-paper > span").count() == 1  # the hint
    field.fill("the ")
    expect(page.locator(".d2l-note")).to_be_empty()
    assert field.get_attribute("aria-invalid") == "false"


def test_a_character_shows_what_else_could_have_stood_there(page):
    text = written(page)
    at = page.get_by_label("Look at a character")
    at.press("Home")
    made = writer()
    p = foreseen(made.models["GRU"], made.vocab, "the ", text[4:])
    token = made.vocab[text[4]]
    expect(page.locator(".d2l-where")).to_contain_text("Character 1 of 60")
    expect(page.locator(".d2l-where")).to_contain_text(f"probability {p[0][token]:.3f}")
    page.locator(".d2l-paper > span").nth(9).click()
    assert at.input_value() == "9"
    best = sorted(p[9][1:], reverse=True)[:8]
    shown = page.locator(".d2l-next td:nth-child(3)").all_inner_texts()
    assert [float(value) for value in shown[-8:]] == pytest.approx(best, abs=0.00051)
    move(page, "temperature", "Home")
    drawn = page.locator(".d2l-next td:nth-child(4)").all_inner_texts()[-8:]
    assert drawn == ["1.000"] + ["0.000"] * 7


def test_its_shade_says_how_likely_a_character_was(page):
    move(page, "temperature", "End")
    text = written(page)
    made = writer()
    p = foreseen(made.models["GRU"], made.vocab, "the ", text[4:])
    shades = page.locator(".d2l-paper > span").evaluate_all(
        "all => all.map((e) => Number(e.className.match(/shade(\\d)/)[1]))")
    for row, letter, shade in zip(p, text[4:], shades):
        assert shade == sum(row[made.vocab[letter]] < least for least in (0.5, 0.2, 0.05, 0.01))
    assert len(set(shades)) >= 3


def test_the_other_model_is_another_one(page):
    first = written(page)
    page.get_by_role("button", name="LSTM").click()
    expect(page.locator(".d2l-paper")).to_contain_text("Press Write")
    assert written(page) != first


def test_with_reduced_motion_the_text_is_there_at_once(visit):  # noqa: F811
    page = visit(html_page(writer().html()), reduced_motion="reduce")
    count = page.evaluate("""async () => {
        document.querySelector(".d2l-play").click();
        await new Promise((resolve) => { setTimeout(resolve); });
        return document.querySelectorAll(".d2l-paper > span").length;
    }""")
    assert count == 60


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 800])
def test_axe_finds_nothing_where_it_has_written(visit, theme, width):  # noqa: F811
    page = visit(html_page(cell(writer().html()), theme, True), width, color_scheme=theme)
    move(page, "temperature", "End")
    written(page)
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_data_beside_the_page_are_loaded_when_they_are_needed(visit, tmp_path):  # noqa: F811
    html = writer().html()
    [(key, text), _] = re.findall(r'data-key="(\w+)">([^<]*)</script>', html)
    (tmp_path / "held.js").write_text(f'(window.d2lPayloads ??= {{}})["{key}"] = {text};')
    page = visit(html_page(html.replace(f'"{key}">{text}', f'"{key}" data-file="held.js">')))
    assert page.locator("script[src]").count() == 0
    assert len(json.loads(text)) > 100 and len(written(page)) == 64
    assert page.locator("script[src='held.js']").count() == 1


def test_data_that_are_not_there_are_said_to_be_missing(visit):  # noqa: F811
    html = re.sub(r'data-key="\w+"', 'data-key="0"', writer().html(), count=1)
    page = visit(html_page(html))
    page.get_by_role("button", name="Write", exact=True).click()
    expect(page.locator(".d2l-note")).to_contain_text("GRU could not be loaded: The data are not")
