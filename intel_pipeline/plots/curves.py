"""Small curves side by side: how long each target's list was, how long it was said to be, and the gap between the two."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

WIDTH, HEIGHT, ACROSS = 300, 132, 3
# Within a panel: where the curve lies, and below it the gap.
LEFT, RIGHT = 8, 292
CURVE_TOP, CURVE_BOTTOM = 30, 84
GAP_TOP, GAP_BOTTOM = 94, 112
# An image is shown on light and on dark pages.
STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#57606a}.t{font-weight:600;fill:#1f2328}"
    ".l{fill:none;stroke:#2f6fde;stroke-width:1.6}.r{fill:none;stroke:#9aa4b2;stroke-width:1.2;stroke-dasharray:3 2}"
    ".x{fill:#d97706}.b{fill:#2f6fde;opacity:.16}.g{fill:none;stroke:#57606a;stroke-width:1}"
    "@media(prefers-color-scheme:dark){text,.t{fill:#c9d1d9}.g{stroke:#8b949e}}"
)


@dataclass(frozen=True, slots=True)
class Point:
    """A capture of a list. `reported`: how long it was said to be; `low` and `high`: the band its gap was held against."""

    at: datetime
    listed: int
    reported: int | None
    complete: bool
    low: int | None = None
    high: int | None = None

    @property
    def gap(self) -> int | None:
        """By how many the list is shorter than it was said to be."""
        return None if self.reported is None else self.reported - self.listed


def curves(targets: Sequence[tuple[str, Sequence[Point]]]) -> str:
    """Return an SVG with a panel for each target, its points the oldest first; captures not complete are marked."""
    rows = -(-len(targets) // ACROSS)
    across = min(ACROSS, len(targets))
    panels = "".join(
        f'<g transform="translate({place % ACROSS * WIDTH} {place // ACROSS * HEIGHT})">{panel(label, points)}</g>'
        for place, (label, points) in enumerate(targets)
    )
    size = f'width="{across * WIDTH}" height="{rows * HEIGHT}" viewBox="0 0 {across * WIDTH} {rows * HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{STYLE}</style>{panels}</svg>'


def panel(label: str, points: Sequence[Point]) -> str:
    """Return one target's panel."""
    last, times = points[-1], [point.at.timestamp() for point in points]
    across = scale(times, LEFT, RIGHT)
    lengths = [point.listed for point in points] + [point.reported for point in points if point.reported is not None]
    up = scale(lengths, CURVE_BOTTOM, CURVE_TOP)
    title = f'<text x="{LEFT}" y="14" class="t">{escape(label)}</text>'
    said = "" if last.reported is None else f" of {last.reported:,}"
    count = f'<text x="{RIGHT}" y="14" text-anchor="end">{last.listed:,}{said}</text>'
    reported = line(
        "r", ((across(x), up(p.reported)) for x, p in zip(times, points, strict=True) if p.reported is not None)
    )
    # A list that was cut short says nothing of how many there are, and would hide how the others go.
    whole = line("l", ((across(x), up(p.listed)) for x, p in zip(times, points, strict=True) if p.complete))
    marks = "".join(
        f'<circle class="x" r="2.4" cx="{across(x)}" cy="{up(p.listed)}"/>'
        for x, p in zip(times, points, strict=True)
        if not p.complete
    )
    days = f"{points[0].at:%d %b} to {last.at:%d %b}"
    foot = f'<text x="{LEFT}" y="126">{days}</text>'
    return title + count + reported + whole + marks + gaps(points, times) + foot


def gaps(points: Sequence[Point], times: Sequence[float]) -> str:
    """Return the strip of gaps, with the band that the last one was held against; nothing where no gap is known."""
    known = [(moment, point.gap) for moment, point in zip(times, points, strict=True) if point.gap is not None]
    if not known:
        return ""
    last = points[-1]
    band = [edge for edge in (last.low, last.high) if edge is not None]
    across = scale(times, LEFT, RIGHT)
    up = scale([*(gap for _, gap in known), *band], GAP_BOTTOM, GAP_TOP)
    drawn = ""
    if len(band) == 2:  # noqa: PLR2004  both edges
        top, bottom = up(band[1]), up(band[0])
        height = round(max(1.0, bottom - top), 1)
        drawn = f'<rect class="b" x="{LEFT}" width="{RIGHT - LEFT}" y="{top}" height="{height}"/>'
    usual = f", usual {band[0]:,} to {band[1]:,}" if drawn else ""
    words = f'<text x="{RIGHT}" y="126" text-anchor="end">gap {known[-1][1]:,}{usual}</text>'
    return drawn + line("g", ((across(moment), up(gap)) for moment, gap in known)) + words


def scale(values: Sequence[float], first: float, last: float) -> Callable[[float], float]:
    """Return where a value lies, to a tenth of a pixel: the least at `first`, the greatest at `last`, equal ones between."""
    least, span = min(values), max(values) - min(values)

    def place(value: float) -> float:
        share = (value - least) / span if span else 0.5
        return round(first + share * (last - first), 1)

    return place


def line(kind: str, places: Iterable[tuple[float, float]]) -> str:
    """Return a line through places."""
    return f'<polyline class="{kind}" points="{" ".join(f"{x:g},{y:g}" for x, y in places)}"/>'
