"""Keep large data of components out of the page: they become files beside it, loaded on demand.

A component may leave data for later in an element of its own (`payloads` of its class):

    <script type="text/plain" class="d2l-payload" data-key="KEY">JSON</script>

A notebook carries them so. On the site, one above LEAST characters becomes a script of its own,
since a script can be loaded where no request can be made: on a page opened from a disk.
"""

import re
from pathlib import Path

LEAST = 20_000
FOLDER = "_static/payloads"
PAYLOAD = re.compile(
    r'(<script type="text/plain" class="d2l-payload" data-key="(\w+)")>([^<]*)(</script>)')


def move(app, pagename, templatename, context, doctree):
    """Write the large payloads of a page into files, and leave their addresses in it."""

    def replace(match):
        head, key, text, tail = match.groups()
        if len(text) < LEAST:
            return match[0]
        name = f"{FOLDER}/{key}.js"  # the key is a hash: a file of this name is this one
        file = Path(app.outdir, name)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f'(window.d2lPayloads ??= {{}})["{key}"] = {text};\n', "utf-8")
        return f'{head} data-file="{context["pathto"](name, 1)}">{tail}'

    if "d2l-payload" in context.get("body", ""):
        context["body"] = PAYLOAD.sub(replace, context["body"])


def setup(app):
    app.connect("html-page-context", move)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
