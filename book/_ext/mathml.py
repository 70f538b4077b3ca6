r"""Mathematics as MathML, made while the book is built: a page needs no script for it.

KaTeX, which sphinxcontrib-katex ships, reads the TeX inside QuickJS and writes MathML; browsers
draw that with STIX Two Math, which ziamath ships, cut down to the characters that the book uses.
TeX that KaTeX cannot read is a warning with its place, and so ends a build in which warnings are
errors.

What KaTeX writes is meant for screen readers. `adapt` turns the parts that browsers ignore, since
they are not in MathML Core (https://www.w3.org/TR/mathml-core/), into parts that they draw.
"""

import functools
import html
import re
import unicodedata
import xml.etree.ElementTree as ET
from importlib.resources import files
from pathlib import Path

import fonts
import quickjs
from docutils import nodes
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

STYLES = {
    "bold": "BOLD",
    "italic": "ITALIC",
    "bold-italic": "BOLD ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "script": "SCRIPT",
    "bold-script": "BOLD SCRIPT",
    "fraktur": "FRAKTUR",
    "sans-serif": "SANS-SERIF",
    "bold-sans-serif": "SANS-SERIF BOLD",
    "monospace": "MONOSPACE",
}

SCRIPTED = {"msub", "msup", "msubsup", "munder", "mover", "munderover"}
APPLY = "\N{FUNCTION APPLICATION}"  # the invisible sign that follows a function's name
THIN = "0.1667em"
# Signs that are drawn at the height and width of an accent.
ACCENTS = {"^": "\N{MODIFIER LETTER CIRCUMFLEX ACCENT}", "~": "\N{SMALL TILDE}"}


@functools.cache
def katex():
    """Return the function (TeX, is it displayed?) -> MathML of KaTeX."""
    context = quickjs.Context()
    script = files("sphinxcontrib").joinpath("katex.min.js").read_text(encoding="utf-8")
    context.eval("var self = this;" + script)
    return context.eval(
        "(tex, displayMode) => katex.renderToString(tex, "
        "{displayMode, output: 'mathml', throwOnError: true, strict: 'error'})"
        # Without its namespace, which HTML implies. (It also makes one string of a rope of
        # strings, which QuickJS could not hand over.)
        ".replace(/ xmlns=\"[^\"]*\"/, '')"
    )


def styled(char, style):
    """Return a letter in a mathematical style, or the letter itself where Unicode has none.

    >>> styled("w", "bold"), styled("R", "double-struck"), styled("=", "bold")
    ('𝐰', 'ℝ', '=')
    """
    name = re.sub(r"^(LATIN|GREEK) | LETTER\b", "", unicodedata.name(char, ""))
    for prefix in ("MATHEMATICAL ", ""):  # the letters that Unicode had before: SCRIPT CAPITAL L
        try:
            return unicodedata.lookup(f"{prefix}{STYLES[style]} {name}")
        except KeyError:
            continue
    return char


def adapt(math):
    """Turn what KaTeX writes into what browsers draw, in place."""
    for parent in math.iter():
        if parent.tag == "mtable":
            adapt_table(parent)
        elif parent.tag == "mo" and len(parent):  # \stackrel
            parent.tag = "mrow"
        elif parent.tag == "mo" and ("fence" in parent.attrib or "stretchy" in parent.attrib):
            # The operator dictionary spaces these two as relations, their twins as fences.
            parent.text = parent.text.replace("∥", "‖").replace("∣", "|")
        elif parent.tag == "mi":
            parent.text = (parent.text or "").replace("∥", "‖").replace("∣", "|")
        if parent.get("accent") == "true":
            parent[1].attrib.setdefault("stretchy", "false")
            parent[1].text = ACCENTS.get(parent[1].text, parent[1].text)
        if parent.get("mathvariant") in STYLES:
            style = parent.attrib.pop("mathvariant")
            parent.text = "".join(styled(char, style) for char in parent.text or "")
        space_functions(parent)


def space_functions(row):
    """Set a thin space around log, max, argmin ..., as TeX does, where no operator stands there."""
    if row.tag in SCRIPTED:  # a script that is a name alone takes no space, nor another child
        row[:] = [child for child in row if child.text != APPLY]
    for index in reversed(range(len(row))):
        child = row[index]
        if child.tag in SCRIPTED and len(child[0]) == 2 and child[0][1].text == APPLY:
            child[0] = child[0][0]  # scripts go to the name alone, or they would not be lowered
            first = index
        elif child.text == APPLY:
            first = index - 1
        else:
            continue
        if index + 1 < len(row) and row[index + 1].tag not in ("mo", "mspace"):
            row.insert(index + 1, ET.Element("mspace", width=THIN))
        if first > 0 and row[first - 1].tag not in ("mo", "mspace"):
            row.insert(first, ET.Element("mspace", width=THIN))


def adapt_table(table):
    """Say alignment, spacing and rules of a table on its cells, where browsers look for them."""
    aligns = table.attrib.pop("columnalign", "center").split()
    gaps = table.attrib.pop("columnspacing", "1em").split()
    rules = table.attrib.pop("columnlines", "none").split()
    last = max(len(row) for row in table) - 1
    for row in table:
        for column, cell in enumerate(row):
            align = aligns[min(column, len(aligns) - 1)]
            left = half(gaps, column - 1) if column else "0"
            right = half(gaps, column) if column < last else "0"
            style = f"text-align:{align};padding-left:{left};padding-right:{right}"
            if column and rules[min(column - 1, len(rules) - 1)] == "solid":
                style += ";border-left:1px solid"
            cell.set("style", style)


def half(gaps, column):
    """Return half of the gap to the right of a column; the last one listed serves the rest.

    >>> half(["0em", "1em"], 1)
    '0.5em'
    """
    return f"{float(gaps[min(column, len(gaps) - 1)].removesuffix('em')) / 2:g}em"


@functools.cache
def mathml(tex, display):
    r"""Return TeX as MathML.

    >>> mathml(r"\mathbf{w}", False)
    '<math><mi>𝐰</mi></math>'
    >>> mathml(r"\lambda_{\max}", False)
    '<math><msub><mi>λ</mi><mi>max</mi></msub></math>'
    """
    math = ET.fromstring(katex()(tex, display))[0]  # <span><math>...</math></span>
    content = math[0][0]  # math > semantics > what is drawn; the TeX that follows is dropped
    math[:] = content if content.tag == "mrow" else [content]
    adapt(math)
    return ET.tostring(math, encoding="unicode", short_empty_elements=False)


def convert(node, display):
    """Return a node's TeX as MathML; warn and show the TeX where KaTeX refuses."""
    try:
        return mathml(node.astext().strip(), display)
    except quickjs.JSException as error:
        reason = str(error).splitlines()[0]
        logger.warning("TeX %r: %s", node.astext(), reason, location=node)
        return f"<code>{html.escape(node.astext())}</code>"


def visit_inline(translator, node):
    translator.body.append(convert(node, False))
    raise nodes.SkipNode


def visit_display(translator, node):
    translator.body.append(translator.starttag(node, "div", CLASS="math-display"))
    translator.body.append(f'<div class="math-scroll">{convert(node, True)}</div>')
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, _("Link to this equation"))
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def make_font(app, exception):
    """Write the font, cut down to the characters that stand in the built pages' formulas."""
    target = Path(app.outdir, "_static", "math.woff2")
    if not fonts.is_due(app, exception, target):
        return
    pages = Path(app.outdir).rglob("*.html")
    formulas = (re.findall(r"<math.*?</math>", page.read_text("utf-8"), re.S) for page in pages)
    text = re.sub(r"<[^>]*>", "", html.unescape("".join(map("".join, formulas))))
    letters = {char for char in text if not char.isspace()}
    # A letter alone in <mi> is drawn in italics, which are characters of their own. The sign of
    # a root is not in the text: <msqrt> draws it.
    letters |= {styled(char, "italic") for char in letters} | set("0123456789 ℎ√")
    source = files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"
    fonts.cut(source, target, letters)


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_display, None))
    app.connect("build-finished", make_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
