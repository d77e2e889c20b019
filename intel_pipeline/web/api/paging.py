"""Lists in pages by keyset: a page costs the same wherever it is, and nothing is shown twice or left out on the way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import Query

from intel_pipeline.web.keyset import decoded, encoded
from intel_pipeline.web.problems import Problem

PATTERN = r"^[A-Za-z0-9_-]{4,600}$"
Limit = Annotated[int, Query(ge=1, le=500, description="Most items of a page.")]
Cursor = Annotated[
    str | None,
    Query(
        pattern=PATTERN,
        description="`next` of the page before, as it is; without one, the first page.",
        json_schema_extra={"format": "cursor"},
        examples=["WyIyMDI2LTExLTAxIl0"],
    ),
]
READ: dict[type, Callable[[str], Any]] = {
    str: str,
    int: int,
    date: date.fromisoformat,
    datetime: lambda text: datetime.fromisoformat(text).astimezone(UTC),
}


@dataclass(frozen=True, slots=True)
class Key:
    """What a list is sorted by, name and type of each part; together they name one item."""

    parts: dict[str, type]

    def after(self, cursor: str | None) -> dict[str, Any]:
        """Return `after_NAME` of each part as a query takes it, None for the first page; raise Problem 422."""
        if cursor is None:
            return {f"after_{name}": None for name in self.parts}
        wrong = Problem(
            422, "cursor: it is of no page of this list", "send `next` of the page before as it is, or none"
        )
        try:
            told = decoded(cursor)
            if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
                raise wrong
            pairs = zip(self.parts.items(), told, strict=True)
            return {f"after_{name}": READ[kind](text) for (name, kind), text in pairs}
        except (ValueError, OverflowError, RecursionError) as error:
            raise wrong from error

    def page(self, rows: Sequence[dict[str, Any]], limit: int) -> tuple[list[dict[str, Any]], str | None]:
        """Return at most `limit` of the rows, and the cursor of the page after them if there are more."""
        shown = list(rows[:limit])
        return shown, self.cursor(shown[-1]) if len(rows) > limit else None

    def cursor(self, row: dict[str, Any]) -> str:
        """Return the cursor of what comes after `row`."""
        told = [row[name].isoformat() if isinstance(row[name], date) else str(row[name]) for name in self.parts]
        return encoded(told)
