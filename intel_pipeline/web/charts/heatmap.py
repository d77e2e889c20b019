"""Heat maps: a colour for each pair, and where there is room its number too."""

from collections.abc import Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def heatmap(
    across: Sequence[str], down: Sequence[str], cells: Sequence[tuple[int, int, float]], *, labelled: bool = False
) -> dict[str, Any]:
    """Return cells (place across, place down from the top, value) (per cent) as colours from nothing to the greatest."""
    most = max((value for _, _, value in cells), default=0) or 1
    axis = {"type": "category", "splitArea": {"show": False}, "splitLine": {"show": False}}
    return {
        "tooltip": {"position": "top"},
        "grid": {"left": 8, "right": 16, "top": 8, "bottom": 44, "containLabel": True},
        "xAxis": {**axis, "data": list(across)},
        "yAxis": {**axis, "data": list(down), "inverse": True},
        "visualMap": {
            "min": 0,
            "max": most,
            "calculable": False,
            "orient": "horizontal",
            "left": "center",
            "bottom": 0,
            "itemHeight": 90,
            "itemWidth": 12,
            "text": [f"{most:g} %", "0 %"],
            "textStyle": {"color": "$soft"},
            "inRange": {"color": ["$heat-0", "$heat-1"]},
        },
        "series": [
            {
                "type": "heatmap",
                "data": [list(cell) for cell in cells],
                "label": {"show": labelled, "color": "$text"},
                "itemStyle": {"borderColor": "$card", "borderWidth": 2, "borderRadius": 3},
            }
        ],
    }


def by_hour(rows: Rows) -> dict[str, Any]:
    """Return the rows of `engagement_by_hour`: median engagement in per cent, Monday on top."""
    cells = [
        (row["hour"], row["weekday"] - 1, round(row["median_engagement_rate"] * 100, 2))
        for row in rows
        if row["median_engagement_rate"] is not None
    ]
    return heatmap([str(hour) for hour in range(24)], WEEKDAYS, cells)


def by_cohort(rows: Rows) -> dict[str, Any]:
    """Return the rows of `retention`: the share that still follows in per cent, a row per month of following."""
    later = sorted({row["days_later"] for row in rows})
    months = sorted({row["cohort_month"] for row in rows})
    cells = [
        (later.index(row["days_later"]), months.index(row["cohort_month"]), round(row["retention"] * 100, 1))
        for row in rows
    ]
    names = [f"{days} d" for days in later]
    return heatmap(names, [f"{month:%b %Y}" for month in months], cells, labelled=True)


def by_pair(labels: Sequence[str], rows: Rows) -> dict[str, Any]:
    """Return the rows of `compared_overlap`: of each row's target, the per cent that follow the column's too."""
    place = {label: number for number, label in enumerate(labels)}
    cells = [
        cell
        for row in rows
        if row["a"] in place and row["b"] in place
        for cell in (
            (place[row["b"]], place[row["a"]], round(row["share_of_a"] * 100, 1)),
            (place[row["a"]], place[row["b"]], round(row["share_of_b"] * 100, 1)),
        )
    ]
    return heatmap(labels, labels, cells, labelled=True)
