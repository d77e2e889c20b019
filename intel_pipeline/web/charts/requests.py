"""Requests over time by what came back, and what they cost: seconds waited and bytes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

OUTCOMES = {
    "answered": "$good",
    "429, too many": "$bad",
    "refused or failed": "$series-2",
    "no answer": "$soft",
}
OK, REDIRECTS, TOO_MANY = 200, 300, 429
MEGABYTE = 1e6


def outcome_of(status: int | None) -> str:
    """Return what came back, as one of OUTCOMES."""
    if status is None:
        return "no answer"
    if status == TOO_MANY:
        return "429, too many"
    return "answered" if OK <= status < REDIRECTS else "refused or failed"


def table_of(rows: Iterable[Mapping[str, Any]], moments: Sequence[datetime]) -> list[dict[str, Any]]:
    """Return a row for each of `moments`: requests by outcome, seconds waited and megabytes (`at` as a text in UTC)."""
    counts: Counter[tuple[datetime, str]] = Counter()
    waited: Counter[datetime] = Counter()
    received: Counter[datetime] = Counter()
    for row in rows:
        counts[row["at"], outcome_of(row["status"])] += row["requests"]
        waited[row["at"]] += row["waited"]
        received[row["at"]] += row["bytes"]
    whole_days = not any(moment.hour for moment in moments)
    return [
        {
            "at": f"{moment:%Y-%m-%d}" if whole_days else f"{moment:%m-%d %H:%M}",
            **{outcome: counts[moment, outcome] for outcome in OUTCOMES},
            "waited": round(waited[moment]),
            "megabytes": round(received[moment] / MEGABYTE, 2),
        }
        for moment in moments
    ]


def chart_of(table: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the option of stacked bars of requests by outcome; outcomes that never came are left out."""
    there = [outcome for outcome in OUTCOMES if any(row[outcome] for row in table)]
    series = [
        {
            "type": "bar",
            "name": outcome,
            "stack": "requests",
            "barMaxWidth": 28,
            "itemStyle": {"color": OUTCOMES[outcome]},
            "data": [row[outcome] for row in table],
        }
        for outcome in there
    ]
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {"data": there},
        "xAxis": {"type": "category", "data": [row["at"] for row in table], "axisLabel": {"alignMaxLabel": "right"}},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": series,
    }


def cost_of(table: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the option of two curves, each on its own axis: seconds waited for turns, and megabytes received."""
    names = ("seconds waited", "megabytes received")
    series = [
        {"type": "line", "name": name, "yAxisIndex": number, "symbol": "none", "data": [row[key] for row in table]}
        for number, (name, key) in enumerate(zip(names, ("waited", "megabytes"), strict=True))
    ]
    series[1]["lineStyle"] = {"type": [5, 4]}
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"data": list(names)},
        "xAxis": {"type": "category", "data": [row["at"] for row in table], "axisLabel": {"alignMaxLabel": "right"}},
        "yAxis": [
            {"type": "value", "name": "seconds", "min": 0},
            {"type": "value", "name": "MB", "min": 0, "splitLine": {"show": False}},
        ],
        "grid": {"left": 8, "right": 16, "top": 62, "bottom": 8, "containLabel": True},
        "series": series,
    }
