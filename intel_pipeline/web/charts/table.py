"""A chart of whatever a query came to, where it has a first column to go by and numbers beside it."""

import re
from collections.abc import Sequence
from typing import Any

NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)")
MOST_SERIES, MOST_BARS = 6, 60


def chart_of(columns: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any] | None:
    """Return an option: lines over days or moments, else bars by the first column; None where neither shows anything."""
    if len(rows) < 2 or len(columns) < 2:  # noqa: PLR2004  one point is no curve
        return None
    first = next((place for place, kind in enumerate(types) if kind == "DATE" or kind.startswith("TIMESTAMP")), None)
    by_time = first is not None
    if first is None:
        first = next((place for place, kind in enumerate(types) if kind == "VARCHAR"), None)
    measured = [place for place, kind in enumerate(types) if is_number(kind) and not columns[place].endswith("_id")]
    if first is None or not measured:
        return None
    keys = [row[first] for row in rows]
    # Several rows of one key are several things: what tells them apart is not known here.
    if len(set(map(str, keys))) < len(keys):
        return None
    order = (
        sorted(range(len(rows)), key=lambda place: str(keys[place])) if by_time else range(min(len(rows), MOST_BARS))
    )
    series = [
        {
            "name": columns[place],
            "type": "line" if by_time else "bar",
            "showSymbol": False,
            "data": [[keys[row], rows[row][place]] for row in order],
        }
        for place in measured[:MOST_SERIES]
    ]
    return {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "time" if by_time else "category"},
        "yAxis": {"type": "value", "scale": by_time},
        "series": series,
    }


def is_number(kind: str) -> bool:
    """Tell whether a type of DuckDB is one of numbers; a list of numbers is none."""
    return NUMBER.fullmatch(kind) is not None
