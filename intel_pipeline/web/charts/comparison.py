"""Targets beside each other."""

from collections.abc import Mapping, Sequence
from typing import Any

from intel_pipeline.web.charts.growth import noon

Rows = Sequence[Mapping[str, Any]]
BASE = 100


def indexed(rows: Rows) -> list[dict[str, Any]]:
    """Return the rows of `compared_days` from the first day on which all are known, with `index`: 100 on that day.

    A target without a row is left out; empty where no day has all the others. A target that had nobody on that day
    has no index: nothing is a multiple of it.
    """
    counts: dict[str, dict[Any, int]] = {}
    for row in rows:
        counts.setdefault(row["target"], {})[row["day"]] = row["follower_count"]
    common = set.intersection(*(set(of) for of in counts.values())) if counts else set()
    if not common:
        return []
    first = min(common)
    return [
        {
            **row,
            "index": round(BASE * row["follower_count"] / base, 3) if (base := counts[row["target"]][first]) else None,
        }
        for row in rows
        if row["day"] >= first
    ]


def by_day(rows: Rows) -> list[dict[str, Any]]:
    """Return `indexed` rows as one row for each day, with a column for each target; None where a day has nothing of it."""
    labels = dict.fromkeys(row["target"] for row in rows)
    days: dict[Any, dict[str, Any]] = {}
    for row in rows:
        days.setdefault(row["day"], {"day": row["day"], **dict.fromkeys(labels)})[row["target"]] = row["index"]
    return [days[day] for day in sorted(days)]


def race(labels: Sequence[str], rows: Rows) -> dict[str, Any]:
    """Return `indexed` rows as a line for each target."""
    return {
        "useUTC": True,
        "tooltip": {"trigger": "axis"},
        "legend": {},
        "xAxis": {"type": "time"},
        "yAxis": {"type": "value", "scale": True},
        "series": [
            {
                "type": "line",
                "name": label,
                "symbol": "none",
                "lineStyle": {"width": 2.2},
                "data": [[noon(row["day"]), row["index"]] for row in rows if row["target"] == label],
            }
            for label in labels
        ],
    }


def sets(rows: Rows) -> dict[str, Any]:
    """Return the rows of `compared_overlap` as bars, one per pair: who follows the first only, both, the second only."""
    parts = (
        ("only the first", "only_a", "$series-1"),
        ("both", "shared", "$good"),
        ("only the second", "only_b", "$series-2"),
    )
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {},
        "grid": {"left": 20, "right": 20, "top": 36, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "inverse": True, "data": [f"{row['a']} · {row['b']}" for row in rows]},
        "series": [
            {
                "type": "bar",
                "stack": "sets",
                "name": name,
                "barMaxWidth": 24,
                "itemStyle": {"color": colour},
                "data": [row[key] for row in rows],
            }
            for name, key, colour in parts
        ],
    }
