"""The overview's rows and totals, as every rival shows them: the same query on the same file."""

from datetime import date
from pathlib import Path
from typing import Any

SUMMED = ("followers", "net", "followed", "lost", "suspected")
SHOWN = ("target", "username", "followers", "net", "followed", "lost", "suspected", "churn_rate", "engagement")


def asked(publication: str, query: str, day: str) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return a row per target and what they come to, from a publication by the overview's own query."""
    import duckdb

    with duckdb.connect(publication, read_only=True) as connection:
        found = connection.execute(Path(query).read_text(encoding="utf-8"), {"today": date.fromisoformat(day)})
        names = [column[0] for column in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return rows, {name: sum(row[name] or 0 for row in rows) for name in SUMMED}
