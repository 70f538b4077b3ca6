"""ConceptCards in Python: which cards are chosen, what the page carries, and what is refused."""

import json
import re
from dataclasses import replace

import pytest
from samples import EVIL

import d2lutils as d2l
from d2lutils.widgets.base import payload_key, to_json


def own(**change):
    card = d2l.Concept(
        id="gelu", en="GELU", zh="高斯误差线性单元", also=(), level=1, category="layer",
        part="basics", where="", means="Smooth.", means_zh="光滑。")
    return replace(card, **change)


def data_of(component):
    return json.loads(re.search(r"^mount\(.*?, component, (.*)\);$", component.html(), re.M)[1])


def test_without_arguments_all_terms_are_there_in_the_books_order():
    cards = d2l.ConceptCards()
    assert cards.cards == d2l.concepts()
    assert [row[0] for row in data_of(cards)["cards"]] == [term.id for term in d2l.concepts()]


@pytest.mark.parametrize("chosen, holds", [
    ({"part": "rnn"}, lambda c: c.part == "rnn"),
    ({"level": 2}, lambda c: c.level == 2),
    ({"category": "loss"}, lambda c: c.category == "loss"),
    ({"asked": True}, lambda c: c.ask != ""),
    ({"part": "cnn", "level": 1, "asked": True},
     lambda c: c.part == "cnn" and c.level == 1 and c.ask != ""),
])
def test_cards_are_chosen(chosen, holds):
    assert d2l.ConceptCards(**chosen).cards == [c for c in d2l.concepts() if holds(c)]


def test_the_page_carries_the_texts_apart_and_those_of_the_first_card():
    cards = d2l.ConceptCards(part="optimization")
    data, (texts,) = data_of(cards), cards.payloads()
    assert data["payload"] == payload_key(texts)
    assert data["first"] == texts[0] and len(texts) == len(data["cards"])
    second = cards.cards[1]
    assert second.means in texts[1] and second.means_zh in texts[1]
    assert second.means not in to_json(data)
    assert cards.html().count(second.means_zh) == 1


def test_what_all_pages_carry_is_small():
    assert len(to_json(d2l.ConceptCards().state()).encode()) < 60_000
    assert len(d2l.ConceptCards().still_png()) < 40_000


def test_own_cards_are_shown_and_chosen_from():
    cards = [own(), own(id="mish", en="Mish", level=2)]
    assert repr(d2l.ConceptCards(cards=cards, level=2)) == (
        "ConceptCards(1 card, 0 with a question; first: Mish)")
    assert data_of(d2l.ConceptCards(cards=iter(cards)))["cards"][0][:3] == [
        "gelu", "GELU", "高斯误差线性单元"]


@pytest.mark.parametrize("change, words", [
    ({"part": "appendix"}, "part must be one of 'basics', 'cnn', 'rnn', 'optimization', "
                           "'regularization', got 'appendix'"),
    ({"level": 7}, "level must be one of 0, 1, 2, 3, got 7"),
    ({"category": "art"}, "category must be one of 'pytorch', "),
    ({"part": "basics", "level": 3}, "level must be one of 0, 1, 2, got 3"),
    ({"level": 0, "asked": True}, "none that is left has a question"),
    ({"cards": []}, "cards must be one or more, got none"),
    ({"cards": ["GELU"]}, "cards must be Concept objects, got 'GELU'"),
    ({"cards": [own(), own()]}, "cards must have different ids, got two of ['gelu']"),
    ({"cards": [own(level=5)]}, "the level of 'gelu' must be one of 0, 1, 2, 3, got 5"),
    ({"cards": [own()], "part": "rnn"}, "part must be one of 'basics', got 'rnn'"),
])
def test_what_makes_no_cards_is_refused(change, words):
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        d2l.ConceptCards(**change)


def test_no_text_becomes_markup():
    texts = ("en", "zh", "means", "means_zh", "ask", "ask_zh", "answer", "answer_zh", "where")
    card = own(**dict.fromkeys(texts, EVIL), also=[EVIL])
    made = d2l.ConceptCards(cards=[card, own(id="other")], caption=EVIL, base=EVIL)
    html = made.html()
    assert html.count("</script") == html.count("<script") == 2
    assert "<img src=x" not in html and "<!--" not in html
    shown = made._repr_mimebundle_()
    assert set(shown) == {"text/html", "image/png", "text/plain"} and html == made.html()
