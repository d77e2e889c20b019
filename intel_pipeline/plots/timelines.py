"""Charts over the days of a period, for documents in which nothing runs: SVG whose classes the document styles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from math import floor, log10
from xml.sax.saxutils import quoteattr

from intel_pipeline.plots.strokes import Scale, circle, path, scale, short, words

WIDTH, HEIGHT = 880, 250
LEFT, RIGHT, TOP, BOTTOM = 64, 872, 14, 222
LINES = 4
NOON = time(12, tzinfo=UTC)
STYLE = (
    ".plot{width:100%;height:auto;font:13px system-ui,sans-serif}.plot text{fill:#566074}.plot .e{text-anchor:end}"
    ".plot path,.plot circle{fill:none;stroke-width:2.2;stroke-linejoin:round}.plot .x{stroke:#dfe3ea;stroke-width:1}"
    ".plot .r{stroke:#2a5bd7}.plot .l{stroke:#c2410c;stroke-dasharray:5 4}.plot .b{fill:#566074;fill-opacity:.18}"
    ".plot .c{stroke:#17713c;fill:#fff}.plot .n{stroke:#b3261e;fill:#fff}"
    ".plot .up{fill:#17713c}.plot .late{fill:#0e7490;fill-opacity:.55}.plot .down{fill:#b3261e}"
    ".plot .open{fill:#b3261e;fill-opacity:.3}"
)
# What is what in each of them, by the class that it is drawn with.
GROWTH = {
    "r": "reported by Instagram",
    "l": "listed, by complete captures",
    "b": "where a complete list is expected",
    "n": "captures that prove nothing",
}
MOVEMENT = {
    "up": "followed",
    "late": "listed late, may have followed long before",
    "down": "left, proven",
    "open": "suspected, no loss until it is confirmed",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A capture of a follower list: how many it `listed`, of how many `reported`, and the band of the usual gap."""

    at: datetime
    complete: bool
    listed: int | None
    reported: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Moved:
    """How many came and went on a day. `suspected`: missing since that day, not proven to have left."""

    day: date
    followed: int
    revealed: int
    lost: int
    suspected: int


def growth(title: str, counts: Sequence[tuple[datetime, int]], readings: Sequence[Reading]) -> str:
    """Return the reported count over time, the complete lists, and the band in which such a list is expected.

    Captures that are not complete are rings on the reported count: what they list proves nothing. An empty text where
    there is nothing to draw.
    """
    whole = [one for one in readings if one.complete and one.listed is not None]
    others = [one for one in readings if not one.complete and one.reported is not None]
    band = [
        (one.at, one.reported - one.high, one.reported - one.low)
        for one in whole
        if one.reported is not None and one.low is not None and one.high is not None
    ]
    heights = [count for _, count in counts] + [one.listed for one in whole if one.listed is not None]
    heights += [one.reported for one in others if one.reported is not None]
    moments = [at for at, _ in counts] + [one.at for one in readings]
    if not heights:
        return ""
    low, high = min(heights), max(heights)
    across, up = along(moments), scale(low, high, BOTTOM, TOP)

    def place(at: datetime, height: int | None) -> tuple[int, int]:
        return across(at.timestamp()), up(height or 0)

    edges = [place(at, most) for at, _, most in band] + [place(at, least) for at, least, _ in reversed(band)]
    reported = [place(at, count) for at, count in counts]
    listed = [place(one.at, one.listed) for one in whole]
    return framed(
        title,
        [
            *grid(low, high, up),
            *dates(moments, across),
            path(edges, "b", closed=True) if len(band) > 1 else "",
            path(reported, "r") if len(reported) > 1 else "",
            path(listed, "l") if len(listed) > 1 else "",
            *(circle(*at, "c", 3) for at in listed),
            *(circle(*place(one.at, one.reported), "n", 4) for one in others),
        ],
    )


def movement(title: str, days: Sequence[Moved]) -> str:
    """Return who came, upwards, and who went, downwards, as bars by day; an empty text where nobody did either."""
    high = max((one.followed + one.revealed for one in days), default=0)
    low = -max((one.lost + one.suspected for one in days), default=0)
    if low == high:
        return ""
    moments = [middle(one.day) for one in days]
    across, up = along(moments), scale(low, high, BOTTOM, TOP)
    span = (days[-1].day - days[0].day).days + 1
    breadth = max(1, min(24, round((RIGHT - LEFT) / span * 0.7)))
    bars: list[str] = []
    for one, at in zip(days, moments, strict=True):
        left = across(at.timestamp()) - breadth // 2
        for upper, lower, kind in (
            (one.followed, 0, "up"),
            (one.followed + one.revealed, one.followed, "late"),
            (0, -one.lost, "down"),
            (-one.lost, -one.lost - one.suspected, "open"),
        ):
            if upper != lower:
                bars.append(bar(left, up(upper), breadth, up(lower) - up(upper), kind))
    return framed(title, [*grid(low, high, up), *dates(moments, across), *bars])


def middle(day: date) -> datetime:
    """Return the noon of a day, where what is known of all of it is drawn."""
    return datetime.combine(day, NOON)


def along(moments: Sequence[datetime]) -> Scale:
    """Return what puts moments between the left and the right edge."""
    seconds = [moment.timestamp() for moment in moments]
    return scale(min(seconds), max(seconds), LEFT + 12, RIGHT - 12)


def grid(low: int, high: int, up: Scale) -> Iterator[str]:
    """Yield a line with its number at each round height."""
    for height in round_numbers(low, high):
        yield path([(LEFT, up(height)), (RIGHT, up(height))], "x")
        yield words(LEFT - 8, up(height) + 4, short(height), "e")


def round_numbers(low: int, high: int) -> list[int]:
    """Return the multiples of 1, 2 or 5 times a power of ten from `low` to `high`, about LINES; one where they are one."""
    if low == high:
        return [low]
    rough = max((high - low) / LINES, 1)
    power: int = 10 ** floor(log10(rough))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= rough)
    return list(range(-(-low // step) * step, high + 1, step))


def dates(moments: Sequence[datetime], across: Scale) -> Iterator[str]:
    """Yield the days of the first and the last moment, and of one between them."""
    first, last = min(moments), max(moments)
    if first.date() == last.date():
        yield words((LEFT + RIGHT) // 2 - 20, HEIGHT - 6, f"{first:%d %b %Y}")
        return
    yield words(LEFT, HEIGHT - 6, f"{first:%d %b %Y}")
    yield words(RIGHT, HEIGHT - 6, f"{last:%d %b %Y}", "e")
    between = first + (last - first) / 2
    yield words(across(between.timestamp()) - 20, HEIGHT - 6, f"{between:%d %b}")


def bar(x: int, y: int, width: int, height: int, kind: str) -> str:
    """Return a bar from its upper left corner."""
    return f"<rect class='{kind}' x='{x}' y='{y}' width='{width}' height='{height}'/>"


def framed(title: str, parts: Sequence[str]) -> str:
    """Return an SVG of parts, with a title for those who hear it."""
    return f"<svg class='plot' viewBox='0 0 {WIDTH} {HEIGHT}' role='img' aria-label={quoteattr(title)}>{''.join(parts)}</svg>"
