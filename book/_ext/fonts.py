"""Cut fonts down to the characters that the built pages show.

The theme's icon font weighs 156 KB for the twenty icons in use, and the script that could draw
them instead 1.5 MB; the font for mathematics weighs 560 KB.
"""

import re
from pathlib import Path

import pydata_sphinx_theme
from fontTools import subset
from sphinx.util.build_phase import BuildPhase

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
ICONS = Path("vendor", "fontawesome", "webfonts", "fa-solid-900.woff2")


def cut(source, target, characters):
    """Write the characters of a font, with all their variants, as WOFF2.

    Hints, which fit outlines to the pixels of coarse screens, are a quarter of a font; they go.
    """
    options = subset.Options(
        flavor="woff2", layout_features=["*"], notdef_outline=True, hinting=False
    )
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(characters))
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


def icons(styles, used):
    r"""Return the icons that a text uses by their class names, and those the styles set directly.

    >>> bars = r'.fa-bars:before,.fa-navicon:before{content:"\f0c9"}'
    >>> ghost = r'.fa-ghost:before{content:"\f6e2"}'
    >>> icons(bars + ghost, '<i class="fa-solid fa-bars">') == {"\uf0c9"}
    True
    """
    names = set(re.findall(r"fa-[\w-]+", used))
    rules = re.findall(r'((?:\.fa-[\w-]+:before,?)+)\{content:"\\([0-9a-f]+)"\}', styles)
    by_class = {
        chr(int(code, 16))
        for selectors, code in rules
        if names & set(re.findall(r"fa-[\w-]+", selectors))
    }
    return by_class | set(re.findall(r"[\ue000-\uf8ff]", styles + used))


def is_due(app, exception, target):
    """Say at the end of a build whether to cut a font: pages were written, or there is none."""
    written = app.phase >= BuildPhase.RESOLVING or not target.exists()
    return not exception and app.builder.format == "html" and written


def trim_icons(app, exception):
    """Cut down the icon font in the built site, and empty the script that it makes idle."""
    static = Path(app.outdir, "_static")
    if not is_due(app, exception, static / ICONS):
        return
    (static / "scripts" / "fontawesome.js").write_text("")
    used = [*Path(app.outdir).rglob("*.html"), *static.glob("*.js"), *static.glob("scripts/*.js")]
    styles = [*static.glob("*.css"), *static.glob("styles/*.css")]
    text = ["".join(path.read_text("utf-8") for path in paths) for paths in (styles, used)]
    cut(THEME / ICONS, static / ICONS, icons(*text))


def setup(app):
    app.connect("build-finished", trim_icons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
