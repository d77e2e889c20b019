"""What the curves are drawn with, in as few characters as it takes: every tick keeps its picture in Dagster's storage."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from urllib.parse import quote
from xml.sax.saxutils import escape

# What a URL between angle brackets may hold as it is.
PLAIN = " '/:=,;.{}()-"
# A value's place between the first and the last.
Scale = Callable[[float], int]
Place = tuple[int, int]


def scale(low: float, high: float, first: int, last: int) -> Scale:
    """Return what puts values from `low` to `high` between two places, and those beyond at the nearer one."""
    width = high - low

    def place(value: float) -> int:
        share = (value - low) / width if width else 0.5
        return round(first + (last - first) * min(max(share, 0.0), 1.0))

    return place


def path(places: Sequence[Place], kind: str, *, closed: bool = False) -> str:
    """Return a line through places; of some on one level only the first and the last are written."""
    kept = [
        one
        for number, one in enumerate(places)
        if not (0 < number < len(places) - 1 and places[number - 1][1] == one[1] == places[number + 1][1])
    ]
    line = "".join(step(x - a, y - b) for (a, b), (x, y) in pairwise(kept))
    return f"<path class='{kind}' d='M{kept[0][0]},{kept[0][1]}{line}{'z' if closed else ''}'/>"


def step(x: int, y: int) -> str:
    """Return the shortest words for a line that goes on by so much."""
    if not y:
        return f"h{x}"
    return f"l{x}{y}" if y < 0 else f"l{x},{y}"


def words(x: int, y: int, said: str, kind: str = "") -> str:
    """Return a text at a place."""
    of_kind = f" class='{kind}'" if kind else ""
    return f"<text x='{x}' y='{y}'{of_kind}>{escape(said)}</text>"


def circle(x: int, y: int, kind: str, radius: int = 6) -> str:
    """Return a circle at a place."""
    return f"<circle class='{kind}' cx='{x}' cy='{y}' r='{radius}'/>"


def short(number: int) -> str:
    """Return a number in at most six places: an axis has no room for more."""
    for least, unit, name in ((1_000_000, 1_000_000, "M"), (10_000, 1_000, "k")):
        if abs(number) >= least:
            return f"{number / unit:.4g}{name}"
    return str(number)


def as_image(svg: str, alt: str) -> str:
    """Return an SVG as an image in Markdown: the one way in which Dagster's UI shows one.

    It drops tags of HTML. Written out rather than in base64, which would make a third more of it.
    """
    return f"![{alt}](<data:image/svg+xml;utf8,{quote(svg, safe=PLAIN)}>)"
