"""How posts do, and how often there are any."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

MEDIAN = "median of all posts"
Rows = Sequence[Mapping[str, Any]]


def by_age(ages: Rows, curves: Rows) -> dict[str, Any]:
    """Return the median likes of `engagement_by_age` by days of age, and in it the newest posts of `post_curves`."""
    series: list[dict[str, Any]] = [
        {
            "type": "line",
            "name": shortcode,
            "symbol": "none",
            "lineStyle": {"width": 1.2, "opacity": 0.8},
            "data": [[round(row["age_hours"] / 24, 2), row["likes"]] for row in rows],
        }
        for shortcode, rows in groupby(curves, key=lambda row: row["shortcode"])
    ]
    median = [[row["age_days"] + 0.5, row["median_likes"]] for row in ages if row["median_likes"] is not None]
    if median:
        bold = {"width": 3.5, "color": "$text"}
        series.append({"type": "line", "name": MEDIAN, "data": median, "symbol": "none", "lineStyle": bold})
        series[-1]["itemStyle"] = {"color": "$text"}
    return {
        "tooltip": {"trigger": "item"},
        "legend": {"data": [MEDIAN] if median else []},
        "xAxis": {"type": "value", "name": "days after it was posted", "nameLocation": "middle", "nameGap": 28},
        "yAxis": {"type": "value", "name": "likes"},
        "grid": {"left": 8, "right": 16, "top": 60, "bottom": 28, "containLabel": True},
        "series": series,
    }


def cadence(rows: Rows) -> dict[str, Any]:
    """Return the rows of `posting_cadence` as bars by week, each of its kinds of posts."""
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {},
        "xAxis": {"type": "category", "data": [f"{row['week'].day} {row['week']:%b}" for row in rows]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "type": "bar",
                "name": kind,
                "stack": "posts",
                "barMaxWidth": 26,
                "data": [row[kind] for row in rows],
            }
            for kind in ("images", "videos", "sidecars")
        ],
    }
