"""The directive `{execution-times}`: how long each notebook ran for the outputs that it shows.

It takes them from execution.json, beside the site. The page is read again when other times stand
there; a build that executed nothing leaves it as it is.
"""

from datetime import date
from itertools import groupby

from docutils import nodes
from notes import row, table
from places import link_to
from sphinx.util.docutils import SphinxDirective
from times import duration, executed, in_words

HEADS = {"Page": 8, "Seconds": 2, "Executed on": 4}  # and the columns' shares of the width


def facts(outdir):
    """Return what the page shows: the notebooks' rows, and the versions they ran with."""
    report = executed(outdir)
    return report.get("notebooks", []), report.get("versions", {})


class ExecutionTimes(SphinxDirective):
    """Say on what the notebooks ran, and put a table of them: below each part its pages."""

    def run(self):
        rows, versions = shown = facts(self.env.app.outdir)
        if not rows:
            raise self.error("There are no times yet: python -m tools.build execute makes them.")
        self.env.metadata[self.env.docname]["execution_times"] = shown
        lines = []
        for part, own in groupby(rows, part_of):
            own = list(own)
            lines.append(line(nodes.strong("", "", link_to(part)), own))
            lines += [line(link_to(r["notebook"]), [r], day(r)) for r in own]
        lines.append(line(nodes.strong("", "The book"), rows))
        words = [nodes.paragraph("", sentence) for sentence in sentences(rows, versions)]
        return [*words, table(HEADS, lines, "executions")]


def line(name, rows, when=""):
    """Return a row of the table: of a page with its day, or with the sum of several."""
    took = nodes.Text(f"{sum(r['seconds'] for r in rows):,.0f}")
    if not when:
        took = nodes.strong("", "", took)
    return row(*(nodes.paragraph("", "", cell) for cell in (name, took, nodes.Text(when))))


def day(entry):
    """Return the day on which a notebook was executed."""
    return in_words(date.fromisoformat(entry["date"][:10]))


def sentences(rows, versions):
    """Return what to say of the machine, and of the times in all.

    >>> rows = [{"seconds": s, "machine": "Linux (x86_64), 2 cores"} for s in (96.4, 143.6)]
    >>> for sentence in sentences(rows, {"python": "3.13.1", "torch": "2.15.0"}):
    ...     print(sentence)
    These times come from Linux (x86_64), 2 cores, with python 3.13.1 and torch 2.15.0.
    One after the other the 2 notebooks take 4 minutes, two at a time about 2 minutes.
    """
    *others, last = (f"{name} {version}" for name, version in versions.items())
    machines = "; ".join(sorted({r["machine"] for r in rows}))
    total = sum(r["seconds"] for r in rows)
    return [
        f"These times come from {machines}, with {', '.join(others)} and {last}.",
        f"One after the other the {len(rows)} notebooks take {duration(total)}, two at a time "
        f"about {duration(total / 2)}.",
    ]


def part_of(entry):
    """Return the part to which a notebook of the report belongs."""
    return entry["notebook"].split("/")[0]


def outdated(app, env, added, changed, removed):
    """Have the page read again when it shows other times than there are."""
    now = facts(app.outdir)
    return [
        name
        for name in env.found_docs
        if env.metadata[name].get("execution_times", now) != now
    ]


def setup(app):
    app.setup_extension("places")
    app.add_directive("execution-times", ExecutionTimes)
    app.connect("env-get-outdated", outdated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
