"""The terms of the book: whole, each once, none missing, and every link leads to a heading."""

import re
from collections import Counter

import pytest
from headings import ROOT, anchors, markdown

import d2lutils as d2l
from d2lutils.concepts import CATEGORIES, LEVELS, PARTS

pytestmark = pytest.mark.page

TERMS = d2l.concepts()
ASKED = [term for term in TERMS if term.ask]
PAGES = sorted(str(path.relative_to(ROOT / "notebooks").with_suffix(""))
               for path in (ROOT / "notebooks").glob("*/*.ipynb"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# A half-width mark beside a Chinese character, where Chinese takes a full-width one.
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff] ?[,;:?!.]|[,;:?!] ?[\u4e00-\u9fff]")
# One name for two things: bias and variance in statistics, and in a layer or of numbers; a path
# that an optimizer takes, and one through a network.
HOMONYMS = {"偏差", "方差", "路径"}
# A term where a page introduces it: *weight decay* (权重衰减), or with several in Chinese.
WRITTEN = re.compile(r"(?<!\*)\*([^*\n]+(?:\n[^*\n]+)?)\*(?!\*),?\s*"
                     r"\(([^()]*[\u4e00-\u9fff][^()]*)\)")


def unlike(holds, terms=TERMS):
    """Return the ids of the terms for which something does not hold."""
    return [term.id for term in terms if not holds(term)]


def names(term):
    """Return the names of a term in both languages, in small letters, each once."""
    return {name.lower() for name in (term.en, term.zh, *term.also)}


def test_ids_and_english_names_are_unique():
    for values in ([term.id for term in TERMS], [term.en.lower() for term in TERMS]):
        assert [value for value, n in Counter(values).items() if n > 1] == []


def test_no_two_terms_share_a_name_but_known_homonyms():
    count = Counter(name for term in TERMS for name in names(term))
    assert {name for name, n in count.items() if n > 1} == HOMONYMS


def test_a_term_is_whole():
    id_form = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
    assert unlike(lambda t: id_form.fullmatch(t.id)) == []
    assert unlike(lambda t: all([t.en, t.zh, t.means, t.means_zh, *t.also])) == []
    assert unlike(lambda t: len({t.en, t.zh, *t.also}) >= 1 + len(t.also)) == []
    assert unlike(lambda t: t.level in LEVELS) == []
    assert unlike(lambda t: t.category in CATEGORIES) == []
    assert unlike(lambda t: t.part in PARTS) == []


def test_a_definition_and_an_answer_fit_on_a_card():
    assert unlike(lambda t: len(t.means) <= 240 and len(t.means_zh) <= 140) == []
    assert unlike(lambda t: len(t.answer) <= 500 and len(t.answer_zh) <= 280) == []


def test_chinese_texts_are_chinese_with_its_marks():
    def is_chinese(text):
        ends = text.rstrip("）").endswith(("。", "？", "！"))
        return CHINESE.search(text) and ends and not HALF_WIDTH.search(text)
    texts = lambda t: [text for text in (t.means_zh, t.ask_zh, t.answer_zh) if text]
    assert unlike(lambda t: all(map(is_chinese, texts(t)))) == []


def test_english_texts_have_no_chinese_in_them():
    foreign = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
    assert unlike(lambda t: not foreign.search(t.en + t.means + t.ask + t.answer)) == []


def test_a_question_has_an_answer_in_both_languages():
    assert unlike(lambda t: t.level >= 1, ASKED) == []
    assert unlike(lambda t: all([t.ask_zh, t.answer, t.answer_zh]), ASKED) == []
    assert unlike(lambda t: t.ask.endswith(("?", ".")), ASKED) == []


def test_without_a_question_there_is_no_answer():
    assert unlike(lambda t: t.ask or not (t.ask_zh or t.answer or t.answer_zh)) == []


def test_about_eighty_terms_or_more_have_a_question():
    assert len(ASKED) >= 80
    assert {term.part for term in ASKED} == set(PARTS)


def test_every_link_leads_to_a_heading():
    there = {page: ["", *anchors(markdown(f"notebooks/{page}"))] for page in PAGES}
    parts = {term.where: term.where.partition("#") for term in TERMS}
    assert [w for w, (page, _, anchor) in parts.items() if anchor not in there.get(page, [])] == []


def test_a_term_belongs_to_the_part_that_teaches_it():
    # The appendix is no part that terms belong to: its words on many machines are of training.
    assert unlike(lambda t: t.where.split("/")[0] in (t.part, "appendix")) == []


@pytest.mark.parametrize("page", PAGES)
def test_every_term_that_a_page_introduces_is_there(page):
    known = {name for term in TERMS for name in names(term)}
    missing = []
    for english, chinese in WRITTEN.findall(markdown(f"notebooks/{page}")):
        written = {" ".join(english.split()).lower(), *re.split("[，、；] ?", chinese.lower())}
        if not written & known:
            missing.append((english, chinese))
    assert missing == [], "these have no entry in d2lutils/concepts/concepts.toml"


def test_the_pattern_finds_what_pages_introduce():
    text = "the *weight\ndecay* (权重衰减); *fit* well, **bold** (粗体), *labels*, (标签)"
    assert WRITTEN.findall(text) == [("weight\ndecay", "权重衰减"), ("labels", "标签")]


@pytest.mark.parametrize("change, words", [
    ({"part": "appendix"}, "part must be one of 'basics', 'cnn', 'rnn', 'optimization', "
                           "'regularization', got 'appendix'"),
    ({"level": 4}, "level must be one of 0, 1, 2, 3, got 4"),
    ({"category": "art"}, "category must be one of 'mathematics', "),
])
def test_a_part_level_or_field_that_is_not_there_is_refused(change, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        d2l.concepts(**change)


def test_terms_are_chosen_by_part_level_and_field():
    chosen = d2l.concepts(part="regularization", level=1, category="regularization")
    assert chosen and all(
        (t.part, t.level, t.category) == ("regularization", 1, "regularization") for t in chosen)
    assert sum(len(d2l.concepts(part=part)) for part in PARTS) == len(TERMS)
