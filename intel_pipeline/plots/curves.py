"""Small curves side by side: what is listed and what is reported above, the gap before its usual band below."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from intel_pipeline.plots.strokes import circle, path, scale, short, words

# Five units are three pixels: whole numbers are short and still fine enough.
WIDTH, HEIGHT, ACROSS, BETWEEN = 380, 236, 3, 28
PIXELS = 0.6
LEGEND = 40
# Left of the lines stand their numbers.
LEFT, RIGHT = 80, 376
COUNTS, GAPS = (40, 124), (152, 204)
LABEL_LENGTH = 19
# What is read on white and on Dagster's dark background alike.
STYLE = (
    "text{font:19px system-ui,sans-serif;fill:#7a8290}.t{font-weight:600;font-size:22px}.e{text-anchor:end}"
    "path,circle{fill:none;stroke-width:3;stroke-linejoin:round}.l,.d{stroke:#2f81f7}.r{stroke:#d08b00;stroke-width:2}"
    ".g{stroke:#7a8290}.b{fill:#7a8290;fill-opacity:.25}.n{stroke:#e5484d}.d{fill:#2f81f7}"
)


@dataclass(frozen=True, slots=True)
class Point:
    """A capture of a list. `reported`: how long it was said to be; `low` and `high`: the band its gap was held against.

    `gap` is None where the list was cut short and says nothing of it.
    """

    at: datetime
    listed: int
    reported: int | None
    complete: bool
    gap: int | None = None
    low: int | None = None
    high: int | None = None


def curves(targets: Sequence[tuple[str, Sequence[Point]]]) -> str:
    """Return an SVG with a panel for each target, its points the oldest first."""
    panels = [
        f"<g transform='translate({number % ACROSS * (WIDTH + BETWEEN)} {LEGEND + number // ACROSS * (HEIGHT + BETWEEN)})'>"
        f"{panel(label, points)}</g>"
        for number, (label, points) in enumerate(targets)
    ]
    # The legend takes two panels' width.
    across = min(max(len(panels), 2), ACROSS)
    width = across * WIDTH + (across - 1) * BETWEEN
    height = LEGEND + -(-len(panels) // ACROSS) * (HEIGHT + BETWEEN)
    size = f"width='{width * PIXELS:.0f}' height='{height * PIXELS:.0f}' viewBox='0 0 {width} {height}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size}><style>{STYLE}</style>{legend()}{''.join(panels)}</svg>"


def panel(label: str, points: Sequence[Point]) -> str:
    """Return what is shown of one target: its label above, the days of the first and the last capture below."""
    title = words(0, 20, shortened(label), "t")
    if any(point.complete for point in points):
        title += words(RIGHT, 20, standing(points), "e")
    seconds = [point.at.timestamp() for point in points]
    along = scale(seconds[0], seconds[-1], LEFT, RIGHT - 6)

    def x(point: Point) -> int:
        return along(point.at.timestamp())

    first, last = (f"{at.astimezone(UTC):%d %b}" for at in (points[0].at, points[-1].at))
    days = (words(LEFT, HEIGHT - 8, first) if first != last else "") + words(RIGHT, HEIGHT - 8, last, "e")
    return title + counts(points, x) + gaps(points, x) + days


def counts(points: Sequence[Point], x: Callable[[Point], int]) -> str:
    """Return the curve of what is listed, through the complete lists, what was reported, and the others as circles.

    A list that was cut short would flatten all others: it stands at the edge that it lies beyond.
    """
    complete = [point for point in points if point.complete]
    known = [point.listed for point in complete] + [point.reported for point in points if point.reported is not None]
    known = known or [point.listed for point in points]
    y = scale(min(known), max(known), COUNTS[1], COUNTS[0])
    reported = [(x(point), y(point.reported)) for point in points if point.reported is not None]
    listed = [(x(point), y(point.listed)) for point in complete]
    others = [(x(point), y(point.listed)) for point in points if not point.complete]
    return "".join(
        [
            ends(min(known), max(known), COUNTS),
            path(reported, "r") if len(reported) > 1 else "",
            path(listed, "l") if len(listed) > 1 else "",
            *(circle(*place, "d", 4) for place in listed[-1:]),
            *(circle(*place, "n") for place in others),
        ]
    )


def gaps(points: Sequence[Point], x: Callable[[Point], int]) -> str:
    """Return the gap over time before its band; what lies far outside stands at the edge."""
    shown = [point for point in points if point.gap is not None]
    if not shown:
        return ""
    bands = [(point, point.low, point.high) for point in shown if point.low is not None and point.high is not None]
    # The last one: the first is ten times as wide as one that was learned, and would flatten all that follows.
    usual = [edge for _, low, high in bands[-1:] for edge in (low, high)]
    usual += [point.gap for point in shown if point.gap is not None and (point.complete or not bands)]
    # As far again as all that is usual: beyond it, how far is of no matter any more.
    room = max(usual) - min(usual)
    far = [min(max(point.gap or 0, min(usual) - room), max(usual) + room) for point in shown]
    low, high = min(*usual, *far), max(*usual, *far)
    y = scale(low, high, GAPS[1], GAPS[0])
    upper = [(x(point), y(top)) for point, _, top in bands]
    lower = [(x(point), y(bottom)) for point, bottom, _ in bands]
    line = [(x(point), y(point.gap or 0)) for point in shown]
    return "".join(
        [
            ends(low, high, GAPS),
            path(upper + lower[::-1], "b", closed=True) if len(bands) > 1 else "",
            path(line, "g") if len(line) > 1 else "",
            *(circle(*place, "n") for place, point in zip(line, shown, strict=True) if not point.complete),
        ]
    )


def ends(low: int, high: int, y: tuple[int, int]) -> str:
    """Return the numbers at both ends of an axis; one where they are the same."""
    top, bottom = y
    if low == high:
        return words(LEFT - 8, (top + bottom) // 2 + 7, short(low), "e")
    return words(LEFT - 8, top + 8, short(high), "e") + words(LEFT - 8, bottom + 6, short(low), "e")


def shortened(label: str) -> str:
    """Return a label that fits, without its middle: labels of one kind differ at their ends."""
    if len(label) <= LABEL_LENGTH:
        return label
    return f"{label[: LABEL_LENGTH - 7]}…{label[-6:]}"


def standing(points: Sequence[Point]) -> str:
    """Return how many the last complete list holds, and how many more than the one before it."""
    *earlier, last = (point.listed for point in points if point.complete)
    return f"{short(last)} {last - earlier[-1]:+d}" if earlier else short(last)


def legend() -> str:
    """Return what the lines mean, once for all."""
    signs = (
        (0, path([(0, 12), (28, 12)], "l"), "listed"),
        (112, path([(112, 12), (140, 12)], "r"), "reported"),
        (252, circle(266, 12, "n"), "not complete"),
        (428, path([(428, 12), (456, 12)], "g"), "gap, over its"),
        (600, path([(600, 3), (628, 3), (628, 21), (600, 21)], "b", closed=True), "usual band"),
    )
    return "".join(sign + words(at + 34, 18, said) for at, sign, said in signs)
