"""Changes per day, by what happened: who came above the line, who went below it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

# In the order in which they are stacked. What is not proven is drawn pale, on the side where it would be.
SERIES = (
    ("followed", "confirmed", "followed", "$good", 1.0, 1),
    ("refollowed", "confirmed", "refollowed", "$series-3", 0.75, 1),
    ("revealed", "confirmed", "revealed", "$series-5", 0.8, 1),
    ("left", "confirmed", "left", "$bad", 1.0, -1),
    ("left", "suspected", "suspected, not proven", "$bad", 0.35, -1),
    ("left", "retracted", "retracted: had not left", "$soft", 0.5, -1),
    ("renamed", "confirmed", "renamed", "$series-4", 0.8, 1),
    ("profile", "confirmed", "profile", "$series-6", 0.8, 1),
    ("counts", "confirmed", "counts", "$series-1", 0.5, 1),
)
# More bars than these are too narrow to be seen.
MOST_DAYS = 92


def newest_days(rows: Sequence[Mapping[str, Any]]) -> list[date]:
    """Return every day from the first to the last of `rows`, the newest MOST_DAYS of them; none is left out between."""
    if not rows:
        return []
    days = [row["day"].toordinal() for row in rows]
    first = max(min(days), max(days) - MOST_DAYS + 1)
    return [date.fromordinal(day) for day in range(first, max(days) + 1)]


def table_of(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a row per day with what is drawn, by the names of SERIES, newest first."""
    found = {(row["day"], row["kind"], row["state"]): row["changes"] for row in rows}
    return [
        {"day": day, **{name: found.get((day, kind, state), 0) for kind, state, name, *_ in SERIES}}
        for day in reversed(newest_days(rows))
    ]


def chart_of(table: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the option of stacked bars over the days of `table_of`; what never happened has no bar and no word."""
    days = table[::-1]
    series = [
        {
            "type": "bar",
            "name": name,
            "stack": "changes",
            "barMaxWidth": 28,
            "itemStyle": {"color": colour, "opacity": opacity},
            "data": [sign * row[name] or 0 for row in days],
        }
        for _, _, name, colour, opacity, sign in SERIES
        if any(row[name] for row in days)
    ]
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {"data": [one["name"] for one in series]},
        "xAxis": {"type": "category", "data": [row["day"].isoformat() for row in days], "axisTick": {"show": False}},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": series,
    }
