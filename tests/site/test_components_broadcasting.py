"""Broadcasting in a real browser: its rule against PyTorch's, over every pair of small shapes."""

import itertools

import pytest
import torch
from playwright.sync_api import expect
from test_components_kit import html_page, visit  # noqa: F401 (a fixture)

from d2lutils.widgets import Broadcasting

SHAPES = [shape for n in range(4) for shape in itertools.product((1, 2, 3), repeat=n)]

# Choose every pair of shapes, from the last size to the first, and note what the page then shows.
CHOOSE = """pairs => {
  const root = document.querySelector(".d2l-component");
  const select = (name, place) => root.querySelector(
    `select[aria-label="${name}, size of dimension ${place}"]`);
  const choose = (name, shape) => [-1, -2, -3].forEach((place) => {
    const input = select(name, place);
    input.value = shape.at(place) ?? 0;
    input.dispatchEvent(new Event("input"));
  });
  const block = (kind) => {
    const layers = [...root.querySelectorAll(`.d2l-${kind} .d2l-layer`)];
    const numbers = layers.flatMap((e) => [...e.children].map((cell) => Number(cell.textContent)));
    const stored = root.querySelectorAll(`.d2l-${kind} .d2l-stored`).length;
    return { layers: layers.length, numbers, stored };
  };
  return pairs.map(([a, b]) => {
    choose("a", a);
    choose("b", b);
    const text = (kind) => root.querySelector(`.d2l-${kind}`).textContent;
    return { where: text("where"), error: text("source"),
      a: block("a"), b: block("b"), sum: block("sum") };
  });
}"""


def example(shape, step):
    return step * torch.arange(1, 1 + torch.Size(shape).numel()).reshape(shape)


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(Broadcasting((3, 1), (3,), caption="Try.").html()))


def test_every_pair_of_shapes_gives_what_torch_gives(page):
    pairs = list(itertools.product(SHAPES, repeat=2))
    outcomes = page.evaluate(CHOOSE, pairs)
    failures = 0
    for (first, second), shown in zip(pairs, outcomes, strict=True):
        a, b = example(first, 10), example(second, 1)
        assert shown["where"].startswith(f"{first} + {second} ")
        assert (shown["a"]["stored"], shown["b"]["stored"]) == (a.numel(), b.numel())
        try:
            expected = a + b
        except RuntimeError as error:
            failures += 1
            assert " fails. Dimension -" in shown["where"]
            assert shown["error"] == f"RuntimeError: {error}"
            assert shown["sum"]["numbers"] == []
            assert shown["a"]["numbers"] == a.flatten().tolist()
            assert shown["b"]["numbers"] == b.flatten().tolist()
            continue
        assert shown["where"] == f"{first} + {second} gives {tuple(expected.shape)}"
        assert shown["sum"]["layers"] == (len(expected) if expected.ndim == 3 else 1)
        for name, tensor in (("a", a), ("b", b), ("sum", expected)):
            numbers = tensor.expand(expected.shape).flatten().tolist()
            assert shown[name]["numbers"] == numbers
    assert 100 < failures < len(pairs) - 100


def test_a_shape_keeps_no_gap(page):
    page.get_by_label("b, size of dimension -3").select_option("2")
    expect(page.locator(".d2l-where")).to_have_text("(3, 1) + (2, 1, 3) gives (2, 3, 3)")
    page.get_by_label("b, size of dimension -2").select_option("none")
    expect(page.locator(".d2l-where")).to_have_text("(3, 1) + (3,) gives (3, 3)")


def test_keys_change_a_size_and_the_outcome_is_read_out(page):
    select = page.get_by_label("b, size of dimension -2")
    assert select.get_attribute("data-lm-suppress-shortcuts") is not None
    select.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("status")).to_have_text(
        "(3, 1) + (2, 3) fails. Dimension -2 has 3 against 2: not equal, and neither is 1.")
    expect(page.get_by_role("row", name="how")).to_contain_text("3 is not 2")
    expect(page.get_by_role("img")).to_have_attribute("aria-label", "The blocks a and b; no result")


def test_reset_brings_the_first_shapes_back(page):
    page.get_by_label("a, size of dimension -3").select_option("3")
    expect(page.locator(".d2l-where")).to_have_text("(3, 3, 1) + (3,) gives (3, 3, 3)")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".d2l-where")).to_have_text("(3, 1) + (3,) gives (3, 3)")
