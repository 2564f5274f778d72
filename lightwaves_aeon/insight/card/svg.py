"""Pictures as SVG within a page, in the colours and the font of that page."""

from __future__ import annotations

__all__ = ["ACCENT", "INK", "QUIET", "SECOND", "drawing", "inline"]

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any, Literal
from xml.sax.saxutils import escape

import matplotlib
from matplotlib import style
from matplotlib.figure import Figure

INK, QUIET, ACCENT, SECOND = (
    "#010101",
    "#020202",
    "#040404",
    "#050505",
)
"""Colours to draw in, each of which stands for a property of the style of the page."""

OF_PAGE = {
    INK: "currentColor",
    QUIET: "var(--quiet)",
    ACCENT: "var(--accent)",
    SECOND: "var(--second)",
}

STYLE: Any = {
    "svg.fonttype": "none",  # text remains text
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.facecolor": "none",  # the page is seen through it
    "figure.facecolor": "none",
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}

NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))

TAG = re.compile(r"<[^>]*>")
NAME = re.compile(r'\sid="([^"]*)"')
USED = re.compile(r"#([^\")]+)")
DROPPED = re.compile(r'\s(?:xmlns(?::xlink)?|version|width|height)="[^"]*"')


@contextmanager
def drawing(
    width: float, height: float, layout: Literal["constrained"] | None = "constrained"
) -> Iterator[Figure]:
    """Give a figure of some inches to draw into, in the style of pages.

    It must be made `inline` while it is there.
    """
    with style.context(STYLE, after_reset=True):
        yield Figure(figsize=(width, height), layout=layout)


def inline(figure: Figure, name: str, words: str) -> str:
    """Give a figure as an SVG element of a page.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What was drawn.
    name : str
        Letters that tell it from other pictures of the page, for its inner references.
    words : str
        What there is to be seen, for those who do not see it.

    Returns
    -------
    str
        The element. It refers to nothing outside, and is as wide as there is room.

    Examples
    --------
    >>> from lightwaves_aeon.insight.card.svg import INK, drawing, inline
    >>> with drawing(2, 1) as figure:
    ...     _ = figure.text(0.5, 0.5, "a < b", color=INK)
    ...     text = inline(figure, "a", "An inequality")
    >>> text.startswith('<svg role="img" aria-label="An inequality"')
    True
    >>> "a &lt; b" in text, "currentColor" in text, "http" in text
    (True, True, False)
    """
    out = StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata=NO_METADATA, dpi=144)
    text = out.getvalue()
    text = text[text.index("<svg") :]
    used = {found for tag in TAG.findall(text) for found in USED.findall(tag)}

    def of_page(match: re.Match[str]) -> str:
        tag = match[0]
        if tag.startswith("<svg"):
            tag = DROPPED.sub("", tag)
            quoted = escape(words, {'"': "&quot;"})
            tag = tag.replace("<svg", f'<svg role="img" aria-label="{quoted}"')
        for drawn, shown in OF_PAGE.items():
            tag = tag.replace(drawn, shown)
        tag = tag.replace("xlink:href", "href")
        return NAME.sub(lambda name: name[0] if name[1] in used else "", tag)

    return TAG.sub(of_page, text).strip()
