"""Say at the top of each page how long it takes to read and to run, and when it last changed.

A notebook's minutes to read are those that its authors state in its line "**Time:** ...", which
this line replaces on the site; a page to look things up in ("look_up: true" at its head) shows none.
How long it ran stands in execution.json, beside the site, and the date comes from git: where there
is none, or only a part of the history, no date is shown.
"""

import json
import math
import re
import subprocess
from datetime import date
from pathlib import Path

WORDS_A_MINUTE = 200
STATED = re.compile(r"\s*<strong>Time:</strong>\s+(\d+)\s+minutes\s+to\s+read,[^<.]*\.")


def duration(seconds):
    """Say how long a run takes.

    >>> [duration(s) for s in (0.2, 13.4, 61, 118)]
    ['1 second', '13 seconds', '1 minute', '2 minutes']
    """
    unit, size = ("second", 1) if seconds < 55 else ("minute", 60)
    count = max(1, round(seconds / size))
    return f"{count} {unit}{'s' * (count > 1)}"


def in_words(day):
    """Write a date as the book does.

    >>> in_words(date(2026, 11, 2))
    '2 November 2026'
    """
    return f"{day.day} {day:%B %Y}"


def ask_git(folder, *arguments):
    """Return what git says, and nothing where it cannot."""
    try:
        said = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True)
    except OSError:
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""


def changes(env):
    """Return the date of each page's last commit, in ISO form; "" where git knows none.

    The history of a shallow clone begins at a commit that seems to have changed everything.
    """
    if ask_git(env.srcdir, "rev-parse", "--is-shallow-repository") != "false":
        return {}
    log = ("log", "-1", "--format=%cs", "--")
    paths = {name: str(env.doc2path(name)) for name in env.found_docs}
    return {name: ask_git(env.srcdir, *log, path) for name, path in paths.items()}


def executed(outdir):
    """Return what execution.json says; nothing where there is none."""
    report = Path(outdir).parent / "execution.json"
    return json.loads(report.read_text("utf-8")) if report.exists() else {}


def runs(env, outdir):
    """Return the seconds that each notebook took."""
    rows = executed(outdir).get("notebooks", [])
    seconds = {f"notebooks/{row['notebook']}": row["seconds"] for row in rows}
    return {name: seconds[name] for name in env.found_docs & seconds.keys()}


def note(app, env):
    """Note the times of all pages; have those written anew of which a time is another one."""
    changed, ran = changes(env), runs(env, app.outdir)
    old = getattr(env, "page_times", {})
    env.page_times = {name: (ran.get(name), changed.get(name)) for name in env.found_docs}
    return [name for name, times in env.page_times.items() if old.get(name) != times]


def show(app, pagename, templatename, context, doctree):
    """Put the line below the title."""
    if doctree is None or pagename == app.config.root_doc:
        return
    body = context["body"]
    stated = STATED.search(body)
    words = len(doctree.astext().split())
    minutes = int(stated[1]) if stated else math.ceil(words / WORDS_A_MINUTE)
    seconds, changed = app.env.page_times[pagename]
    looked_up = "look_up" in app.env.metadata[pagename]
    parts = [] if looked_up else [f"{duration(60 * minutes)} to read"]
    if seconds is not None:
        parts.append(f"{duration(seconds)} to run")
    if changed:
        said = in_words(date.fromisoformat(changed))
        parts.append(f'changed on <time datetime="{changed}">{said}</time>')
    line = f'</h1>\n<p class="times">{" · ".join(parts)}</p>' if parts else "</h1>"
    body = STATED.sub("", body, count=1).replace("<p></p>", "", 1)
    context["body"] = body.replace("</h1>", line, 1)


def setup(app):
    app.connect("env-updated", note)
    app.connect("html-page-context", show)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
