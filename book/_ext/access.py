"""Say in words what the theme and MyST-NB leave to signs: for screen readers, and for all."""

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode, HideInputCells
from sphinx.transforms.post_transforms import SphinxPostTransform

FOLDED = {
    "input": "code",
    "output": "output",
    "all": "code and output",
    "input+output": "code or output",
}


class NameFolds(SphinxPostTransform):
    """Say of each folded cell what its fold holds, before MyST-NB makes the fold.

    A question's code holds its answer, so on a page it is left out.
    """

    default_priority = HideInputCells.default_priority - 1
    formats = ("html",)

    def run(self, **kwargs):
        for cell in self.document.findall(nodes.container):
            tags = set(cell["classes"])
            if tags & {"tag_predict", "tag_quiz"}:
                cell["hide_mode"] = None
                cell.children = [c for c in cell if c.get("nb_element") != "cell_code_source"]
            elif mode := cell.get("hide_mode"):
                cell["prompt_show"] = "solution" if "tag_solution" in tags else FOLDED[mode]


def visit_fold(translator, node):
    """Open a fold whose summary says what is inside."""
    classes = " ".join(["fold", *node["classes"]])
    translator.body.append(
        f'<details class="{classes}"><summary><span class="closed">Show</span>'
        f'<span class="open">Hide</span> {node["prompt_show"]}</summary>\n'
    )


def depart_fold(translator, node):
    translator.body.append("</details>\n")


def visit_citation(translator, node):
    """Open an entry of the references as plain text: the roles that docutils gives are outdated."""
    translator.body.append(translator.starttag(node, "div", CLASS="citation"))


def depart_citation(translator, node):
    translator.body.append("</div>\n")


def name_toggles(app, pagename, templatename, context, doctree):
    """Name the switches that unfold a part in the sidebar after the part."""
    make = context.get("generate_toctree_html")
    if make is None:
        return

    def named(*args, **kwargs):
        tree = make(*args, **kwargs)
        if tree:
            for summary in tree.select("li > details > summary"):
                part = summary.find_parent("li").find("a").get_text(strip=True)
                summary["aria-label"] = f"Pages of {part}"
        return tree

    context["generate_toctree_html"] = named


def empty_corners(app, pagename, templatename, context, doctree):
    """Let the corners of pandas' tables be cells that head nothing."""
    if "body" in context:
        context["body"] = context["body"].replace("<th></th>", "<td></td>")


def setup(app):
    app.add_post_transform(NameFolds)
    app.add_node(HideCodeCellNode, override=True, html=(visit_fold, depart_fold))
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    app.connect("html-page-context", name_toggles, priority=900)
    app.connect("html-page-context", empty_corners)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
