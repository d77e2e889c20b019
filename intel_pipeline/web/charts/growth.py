"""How a target's audience grows: what Instagram counts, what the lists hold, and who came and went."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

Rows = Sequence[Mapping[str, Any]]
# Each verdict by form and colour: who does not see the one sees the other.
MARKS = {
    "complete": ("circle", "$good"),
    "partial": ("triangle", "$warn"),
    "limited": ("diamond", "$warn"),
    "suspect": ("rect", "$warn"),
    "failed": ("pin", "$bad"),
}


def noon(day: date) -> str:
    """Return the middle of a day, where what is known of all of it is drawn."""
    return f"{day}T12:00:00Z"


def at(moment: datetime) -> str:
    """Return a moment as a chart's time axis reads it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def growth(days: Rows, lists: Rows) -> dict[str, Any]:
    """Return the curve of `target_days`, over it the captures of `target_lists`, each marked by its verdict.

    The band is where a complete list is expected to be: the reported count less the target's usual gap. A list that was
    cut short would flatten all others, so that every capture but a complete one is marked on the reported count.
    """
    reported = [[at(row["counted_at"]), row["follower_count"]] for row in days if row["counted_at"]]
    whole = [row for row in lists if row["verdict"] == "complete"]
    banded = [row for row in whole if None not in (row["reported"], row["gap_low"], row["gap_high"])]
    listed = [[at(row["finished_at"]), row["listed"]] for row in whole]
    edges = within([height for _, height in reported + listed], banded)
    lower = [[at(row["finished_at"]), low] for row, (low, _) in zip(banded, edges, strict=True)]
    breadth = [[at(row["finished_at"]), high - low] for row, (low, high) in zip(banded, edges, strict=True)]
    hidden = {"type": "line", "stack": "band", "symbol": "none", "silent": True, "lineStyle": {"opacity": 0}}
    series: list[dict[str, Any]] = [
        {**hidden, "name": "band begins", "data": lower, "tooltip": {"show": False}},
        {
            **hidden,
            "name": "usual gap",
            "data": breadth,
            "areaStyle": {"color": "$soft", "opacity": 0.22},
            "itemStyle": {"color": "$soft"},
            "tooltip": {"show": False},
        },
        {"type": "line", "name": "reported", "data": reported, **line("$series-1", width=2.5)},
        {"type": "line", "name": "listed", "data": listed, **line("$series-2", type=[5, 4])},
    ]
    for verdict, (symbol, colour) in MARKS.items():
        marks = [
            [at(row["finished_at"]), height]
            for row in lists
            if row["verdict"] == verdict and (height := row["listed" if verdict == "complete" else "reported"])
        ]
        if marks:
            mark = {"type": "scatter", "name": f"{verdict} list", "data": marks, "symbol": symbol, "symbolSize": 7}
            series.append({**mark, "itemStyle": {"color": colour}})
    drawn = [
        {"name": one["name"], **({"icon": "rect"} if one["name"] == "usual gap" else {})}
        for one in series
        if one["data"] and one["name"] != "band begins"
    ]
    return {
        "useUTC": True,
        "tooltip": {"trigger": "axis"},
        "legend": {"data": drawn},
        "xAxis": {"type": "time"},
        "yAxis": {"type": "value", "scale": True},
        "series": [one for one in series if one["data"]],
    }


def line(colour: str, **style: Any) -> dict[str, Any]:  # noqa: ANN401  whatever ECharts takes
    """Return how a line of a colour of the style sheet is drawn."""
    return {"symbol": "none", "lineStyle": {"color": colour, **style}, "itemStyle": {"color": colour}}


def within(heights: Sequence[int], banded: Rows) -> list[tuple[int, int]]:
    """Return the band of each capture, cut where it would flatten the curves: the first is many times as wide as a learned one."""
    if not banded or not heights:
        return [(row["reported"] - row["gap_high"], row["reported"] - row["gap_low"]) for row in banded]
    last = banded[-1]
    room = max(last["gap_high"] - last["gap_low"], (max(heights) - min(heights)) // 2, 1)
    low, high = min(heights) - room, max(heights) + room
    return [
        (max(row["reported"] - row["gap_high"], low), min(row["reported"] - row["gap_low"], high)) for row in banded
    ]


def movement(days: Rows) -> dict[str, Any]:
    """Return who came (upwards) and who went (downwards) by day of `target_days`; what is only suspected is pale."""
    parts = (
        ("followed", "followed", 1, {"color": "$good"}),
        ("listed late, may have followed long before", "revealed", 1, {"color": "$series-5", "opacity": 0.6}),
        ("left", "lost", -1, {"color": "$bad"}),
        ("suspected, not lost yet", "suspected", -1, {"color": "$bad", "opacity": 0.3}),
    )
    series = [
        {
            "type": "bar",
            "name": name,
            "stack": "moved",
            "barMaxWidth": 22,
            "data": [[noon(row["day"]), None if row[key] is None else sign * row[key]] for row in days],
            "itemStyle": style,
        }
        for name, key, sign, style in parts
        if any(row[key] for row in days)
    ]
    return {
        "useUTC": True,
        "tooltip": {"trigger": "axis"},
        "legend": {"data": [one["name"] for one in series]},
        "xAxis": {"type": "time"},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": series,
    }
