"""Verdicts by day: how many of the targets were captured, and what it proves."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

# From what proves everything to what proves nothing: each is a colour and, in the calendar, a sign.
SIGNS = {"complete": "✓", "partial": "P", "limited": "L", "suspect": "S", "held": "H", "failed": "✕"}
COLOURS = {
    "complete": ("$good", 1.0),
    "partial": ("$series-6", 0.7),
    "limited": ("$series-6", 1.0),
    "suspect": ("$series-2", 0.7),
    "held": ("$series-2", 1.0),
    "failed": ("$bad", 1.0),
}


def word(row: Mapping[str, Any]) -> str:
    """Return a capture's verdict in one word; one that is held is called so."""
    return "held" if row["held"] else str(row["verdict"])


def counted(rows: Iterable[Mapping[str, Any]], days: Sequence[date]) -> list[dict[str, Any]]:
    """Return a row per day of `days` with how many captures there are of each verdict."""
    found = Counter((row["day"], word(row)) for row in rows)
    return [{"day": day, **{verdict: found[day, verdict] for verdict in SIGNS}} for day in days]


def chart_of(table: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the option of stacked bars over the days of `counted`, of the verdicts that there are."""
    there = [verdict for verdict in SIGNS if any(row[verdict] for row in table)]
    series = [
        {
            "type": "bar",
            "name": verdict,
            "stack": "captures",
            "barMaxWidth": 28,
            "itemStyle": {"color": COLOURS[verdict][0], "opacity": COLOURS[verdict][1]},
            "data": [row[verdict] for row in table],
        }
        for verdict in there
    ]
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {"data": there},
        "xAxis": {
            "type": "category",
            "data": [row["day"].isoformat() for row in table],
            "axisLabel": {"alignMaxLabel": "right"},
        },
        "yAxis": {"type": "value", "minInterval": 1},
        "series": series,
    }
