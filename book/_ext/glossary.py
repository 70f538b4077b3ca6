"""The glossary, and the definitions that stand behind the words of other pages.

The directive `{glossary-of-terms}` lists the terms of d2lutils/concepts. On every other page the
first use of a term that is taught elsewhere becomes a link to its entry, and
book/_static/terms.js shows the definition there, on hovering and on focus. The definitions are a
script of their own, loaded when the first is asked for.
"""

import functools
import hashlib
import json
import re
import tomllib
from pathlib import Path
from types import SimpleNamespace

from docutils import nodes
from places import link_to, split
from sphinx.util.docutils import SphinxDirective
from uses import without_chinese

FILE = Path(__file__).resolve().parents[2] / "d2lutils" / "concepts" / "concepts.toml"
PAGE = "book/glossary"
DATA = "_static/terms-data.js"
# The glossary itself, a story, and a list of titles and names.
UNMARKED = {PAGE, "book/tale", "book/references"}
# Where a link would be in the way, or the word is not part of a sentence.
SKIPPED = (nodes.reference, nodes.title, nodes.literal, nodes.emphasis, nodes.strong,
           nodes.literal_block, nodes.math, nodes.math_block, nodes.raw, nodes.caption,
           nodes.term)  # fmt: skip


@functools.cache
def concepts():
    """Return the terms as `d2lutils.concepts` does, which imports torch: that takes seconds."""
    records = tomllib.loads(FILE.read_text("utf-8"))["concept"]
    return [SimpleNamespace(**{"hover": True} | record) for record in records]


def key(concept):
    """Return the id of a term's entry in the glossary."""
    return f"term-{concept.id}"


def page_of(concept):
    """Return the name of the page that teaches a term."""
    return split(concept.where)[0]


def pattern(name):
    """Return the expression that finds a name in a text, its plural and other spacing included.

    A capital letter in a name has to stand in the text, too.

    >>> bool(re.fullmatch(pattern("hidden state"), "Hidden-states"))
    True
    >>> bool(re.fullmatch(pattern("Adam"), "adam"))
    False
    """
    words = r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", name)))
    flags = "" if re.search("[A-Z]", name) else "i"
    return rf"(?{flags}:{words}(?:e?s)?)"


def names_of(concept):
    """Return the English names by which a text may call a term.

    Of its other names those count that are not just a word: "dense layer" and "MLP", not "time".
    """
    other = [name for name in concept.also if re.search(r"[A-Z]|\w[ -]\w", name)]
    return [name for name in (concept.en, *other) if name.isascii()]


class Finder:
    """Finds terms in a text: the longest name that fits, and only whole words."""

    def __init__(self, terms):
        # One expression of all names would try hundreds of them at each word.
        self.by_group, parts = {}, {}
        named = {name: term for term in reversed(terms) for name in names_of(term)}
        for i, name in enumerate(sorted(named, key=len, reverse=True)):
            self.by_group[f"t{i}"] = named[name]
            parts.setdefault(name[0].lower(), []).append(f"(?P<t{i}>{pattern(name)})")
        self.by_letter = {
            letter: re.compile(rf"(?:{'|'.join(names)})(?![\w-]|\.\w)")
            for letter, names in parts.items()
        }

    def find(self, text):
        """Yield each match in a text with the term that it names."""
        end = 0
        for first in re.finditer(r"(?<![\w.-])\S", text):
            names = self.by_letter.get(first[0].lower())
            match = names and first.start() >= end and names.match(text, first.start())
            if match:
                end = match.end()
                yield match, self.by_group[match.lastgroup]


class Glossary(SphinxDirective):
    """List all terms by their English names."""

    def run(self):
        self.env.note_dependency(str(FILE))
        letters = {}
        for term in sorted(concepts(), key=lambda term: term.en.lower()):
            first = term.en[0].upper()
            letters.setdefault(first if first.isalpha() else "0 to 9", []).append(entry(term))
        sections = []
        for letter, entries in letters.items():
            name = nodes.make_id(f"letter {letter}")
            section = nodes.section("", nodes.title("", letter), ids=[name])
            section += nodes.definition_list("", *entries, classes=["terms"])
            sections.append(section)
        return sections


def entry(term):
    """Return a term's entry."""
    head = nodes.term("", term.en + " ", chinese(term.zh), ids=[key(term)])
    taught = nodes.paragraph("", "Taught in: ", link_to(term.where), classes=["taught-in"])
    means = [nodes.paragraph("", term.means), nodes.paragraph("", "", chinese(term.means_zh))]
    body = nodes.definition("", *means, taught)
    if term.also:
        body += nodes.paragraph("", "Also: " + ", ".join(term.also), classes=["also"])
    return nodes.definition_list_item("", head, body)


def chinese(text):
    """Return a text that docutils marks as Chinese."""
    return nodes.inline("", text, classes=["language-zh"])


@functools.cache
def hovering():
    """Return the terms that show their definitions on other pages, and what finds them in a text.

    It is made once: the expression of all terms takes as long as many a page.
    """
    terms = [term for term in concepts() if term.hover]
    return terms, Finder(terms)


def link_terms(app, doctree, docname):
    """Link the first use of each term that another page teaches to the glossary."""
    if app.builder.format != "html" or PAGE not in app.env.found_docs or docname in UNMARKED:
        return
    terms, finder = hovering()
    own = [term for term in terms if page_of(term) == docname]
    seen = {term.id for term in [*own, *shortened(own, terms)]}
    address = app.builder.get_relative_uri(docname, PAGE)
    for paragraph in list(doctree.findall(nodes.paragraph)):
        for text in whole_texts(paragraph):
            if not is_free(text):
                continue
            parts, end = [], 0
            for match, term in finder.find(text):
                if term.id in seen:
                    continue
                seen.add(term.id)
                parts += [nodes.Text(text[end : match.start()]), nodes.reference(
                    "", match[0], internal=True, classes=["term"], refuri=f"{address}#{key(term)}"
                )]
                end = match.end()
            if parts:
                text.parent.replace(text, [*parts, nodes.Text(text[end:])])


def shortened(own, terms):
    """Return the later terms that are called like the last word of one that a page teaches.

    Where "tensor stride" is explained, "stride" means that one, and not a convolution's.
    """
    endings = {name.lower().rpartition(" ")[2] for term in own for name in names_of(term)}
    later = terms[terms.index(own[-1]) + 1 :] if own else []
    return [term for term in later if term.en.lower() in endings]


def whole_texts(paragraph):
    """Return a paragraph's texts, each in one piece where a line of the source ended within.

    The parser makes three of "a linear\\nregression", and only "regression" would be found.
    """
    texts = []
    for text in list(paragraph.findall(nodes.Text)):
        siblings, at = text.parent, text.parent.index(text)
        if texts and at and siblings[at - 1] is texts[-1]:
            joined = nodes.Text(texts.pop() + text)
            siblings[at - 1 : at + 1] = [joined]
            text = joined
        texts.append(text)
    return texts


def is_free(text):
    """Say whether a text stands in nothing that rules out a link."""
    node = text.parent
    while node is not None and not isinstance(node, SKIPPED):
        node = node.parent
    return node is None


def write_data(app, exception):
    """Write the definitions into a script that terms.js loads when one is asked for."""
    if exception or app.builder.format != "html":
        return
    found = {}
    for term in concepts():
        if term.hover and (page := page_of(term)) in app.env.titles:
            title = without_chinese(app.env.titles[page].astext())
            found[key(term)] = [term.en, term.zh, term.means, term.means_zh, title]
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, DATA).write_text(f"window.bookTerms = {text}\n", "utf-8")


def setup(app):
    digest = hashlib.sha256(FILE.read_bytes()).hexdigest()
    app.add_config_value("glossary_digest", digest, "html")  # another one: write all pages again
    app.setup_extension("places")
    app.add_directive("glossary-of-terms", Glossary)
    app.connect("doctree-resolved", link_terms)
    app.connect("build-finished", write_data)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
