"""What a plot shows, in words: for those who hear a page, and where a picture cannot be shown.

Matplotlib draws letters as curves, but notes in a comment of the SVG what they say. Where a plot is
a PNG, the words come from the code that drew it.
"""

import ast
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"(?=.*\d)[-−+±×\d.,:%ek\s()]*|.*\\mathdefault.*|")
PLACE = re.compile(r"translate\(\S+ (\S+?)\)")
POINT = re.compile(r"[ML] (\S+) (\S+)")
MOST = 8  # names of a kind that are said


@dataclass
class Panel:
    """One pair of axes of a figure: its kind and its words."""

    kind: str = "plot"
    title: str = ""
    x: str = ""
    y: str = ""
    lists: dict[str, list[str]] = field(default_factory=dict)  # "Legend": its words, and so on

    def body(self):
        """Return what stands around its paper.

        >>> Panel(x="epoch", y="loss").body(), Panel(x="epoch").body()
        ('loss against epoch', 'x axis: epoch')
        """
        if self.x and self.y:
            return f"{self.y} against {self.x}"
        return f"x axis: {self.x}" if self.x else f"y axis: {self.y}" if self.y else ""


def listed(words):
    """Return the first of some words, and how many more there are.

    >>> listed(["a", "b", "a"]), listed(["a, b", "c"]), listed("abcdefghij")
    ('a, b', 'a, b; c', 'a, b, c, d, e, f, g, h and 2 more')
    """
    words = list(dict.fromkeys(words))
    more = f" and {len(words) - MOST} more" if len(words) > MOST else ""
    return ("; " if any("," in word for word in words) else ", ").join(words[:MOST]) + more


def plain(text):
    """Return a label without its TeX.

    >>> plain("$x_1$ of  the start")
    'x1 of the start'
    """
    inside = re.sub(r"\$(.*?)\$", lambda tex: re.sub(r"[_{}\\]", "", tex[1]), text)
    return " ".join(inside.split())


def said(group):
    """Return the words that a group of an SVG draws, "" where they are but a number."""
    lines = [comment.text.strip() for comment in group.iter(ET.Comment)]
    text = " ".join(lines)
    return "" if NUMBER.fullmatch(text) else plain(text)


def groups(parent, name):
    """Return the groups of a kind right below another: "text" for `<g id="text_3">`."""
    return [g for g in parent.findall(f"{SVG}g") if re.fullmatch(rf"{name}_\d+", g.get("id", ""))]


def words(parent):
    return [text for group in groups(parent, "text") if (text := said(group))]


def box(axes):
    """Return the width, height and upper edge of the axes' paper; None where it is not drawn."""
    for patch in groups(axes, "patch")[:1]:
        points = [(float(x), float(y)) for x, y in POINT.findall(patch.find(f"{SVG}path").get("d"))]
        xs, ys = zip(*points)
        return max(xs) - min(xs), max(ys) - min(ys), min(ys)
    return None


def is_above(group, edge):
    """Say whether a text stands above an edge."""
    place = next((PLACE.search(g.get("transform", "")) for g in group.findall(f"{SVG}g")), None)
    return place is not None and float(place[1]) <= edge


def panel_of(axes):
    """Return the Panel of one `<g id="axes_...">`."""
    has_image = next(axes.iter(f"{SVG}image"), None) is not None
    both = groups(axes, "matplotlib.axis")
    panel = Panel("picture" if has_image else "plot" if both else "drawing")
    for axis, name in zip(both, "xy"):
        setattr(panel, name, " ".join(words(axis)))
        ticks = [text for tick in groups(axis, f"{name}tick") for text in words(tick)]
        if any(len(text) > 1 for text in ticks):
            panel.lists[f"Along {name}"] = ticks
    paper = box(axes) if both else None
    for text in filter(said, groups(axes, "text")):
        if is_above(text, paper[2]) if paper else has_image:
            panel.title = f"{panel.title} {said(text)}".strip()
        else:
            panel.lists.setdefault("Marked" if paper else "Words", []).append(said(text))
    for legend in groups(axes, "legend"):
        panel.lists.setdefault("Legend", []).extend(words(legend))
    if paper and paper[0] < paper[1] / 8 and not (panel.title or panel.x):
        panel.kind = "scale"  # the bar beside a picture that says which color is which number
    return panel


def share(panels):
    """Give each panel the labels that its neighbors show for all; return the lists of them all."""
    for name in "xy":
        known = {label for panel in panels if (label := getattr(panel, name))}
        for panel in panels:
            if len(known) == 1 and panel.kind != "drawing":
                setattr(panel, name, *known)
    shared = {}
    for name in dict.fromkeys(name for panel in panels for name in panel.lists):
        known = [panel.lists[name] for panel in panels if panel.lists.get(name)]
        if known and all(words == known[0] for words in known):
            shared[name] = known[0]
            for panel in panels:
                panel.lists.pop(name, None)
    return shared


def sentences(panels, title="", legend=()):
    """Return the words for some panels, for the title above them all, and for their legend.

    >>> sentences([Panel(title="rate 1", x="step", y="loss"), Panel(title="rate 2", x="step")])
    '2 plots: rate 1, rate 2. loss against step.'
    """
    colors = [panel.y for panel in panels if panel.kind == "scale" and panel.y]
    panels = [panel for panel in panels if panel.kind != "scale"]
    shared = share(panels)
    shared |= {n: w for n, w in (("Legend", legend), ("Colors", colors)) if w}
    kinds = {panel.kind for panel in panels}
    kind = kinds.pop() if len(kinds) == 1 else "panel"
    parts = [f"{len(panels)} {kind}s" if len(panels) > 1 else kind.capitalize()]
    same = len({(panel.body(), str(panel.lists)) for panel in panels}) == 1
    if same:
        names = listed(panel.title for panel in panels if panel.title)
        parts += [title, names, panels[0].body()]
    else:
        parts += [title]
        for i, panel in enumerate(panels[:MOST], 1):
            own = [f"{name.lower()}: {listed(words)}" for name, words in panel.lists.items()]
            text = "; ".join(filter(None, [panel.title, panel.body(), *own]))
            parts.append(f"({i}) {text}" if text else "")
    parts += [f"{name}: {listed(words)}" for name, words in shared.items()]
    head, *rest = filter(None, parts)
    return f"{head}: {'. '.join(rest)}." if rest else f"{head}."


def of_svg(source):
    """Return the words for an SVG that Matplotlib drew, "" for another one."""
    parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))
    figure = ET.fromstring(source, parser).find(f"{SVG}g[@id='figure_1']")
    panels = [] if figure is None else [panel_of(axes) for axes in groups(figure, "axes")]
    if not panels:
        return ""
    legend = [text for group in groups(figure, "legend") for text in words(group)]
    return sentences(panels, "; ".join(words(figure)), legend)


LABELS = {
    "title": "title", "set_title": "title", "suptitle": "title", "label": "legend",
    "xlabel": "x", "set_xlabel": "x", "supxlabel": "x",
    "ylabel": "y", "set_ylabel": "y", "supylabel": "y",
}  # fmt: skip


def of_code(code):
    """Return the words for a figure from the labels that the code gives it.

    >>> of_code("ax.plot(t, a, label='a')\\nax.set(xlabel='step', ylabel='loss')")
    'Plot: loss against step. Legend: a.'
    """
    found = {"title": {}, "x": {}, "y": {}, "legend": {}}
    try:
        tree = ast.parse(code)
    except SyntaxError:  # IPython's own, such as %time
        tree = ast.Module([], [])
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "attr", "")
            given = [(name, value) for value in call.args[:1]]
            given += [(word.arg, word.value) for word in call.keywords if name != "legend"]
            for key, value in given:
                text = getattr(value, "value", None)
                if key in LABELS and isinstance(text, str):
                    found[LABELS[key]][plain(text)] = True
    title, x, y = (" and ".join(found[key]) for key in ("title", "x", "y"))
    return sentences([Panel("plot", title, x, y)], legend=list(found["legend"]))
