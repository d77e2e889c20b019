"""What DuckDB and Parquet hold, as JSON says it."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

# The largest number that all readers of JSON keep exactly.
EXACT = 2**53


def shown(value: object, column: str = "") -> Any:  # noqa: ANN401  whatever JSON has
    """Return a value as JSON has it: moments in ISO 8601, and as text what is a name in digits or JSON has no number for."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return str(value) if names(column) or abs(value) > EXACT else value
        case float():
            return value if math.isfinite(value) else str(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value.tzinfo else value.isoformat()
        case date() | time():
            return value.isoformat()
        case Mapping():
            return {str(key): shown(one, str(key)) for key, one in value.items()}
        case list() | tuple() | set():
            return [shown(one, column) for one in value]
        case bytes():
            return value.hex()
        case timedelta() | Decimal() | _:
            return str(value)


def names(column: str) -> bool:
    """Tell whether a column's numbers are names in digits, which are never added up."""
    return column == "id" or column.endswith("_id")


def ndjson_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as lines of JSON."""
    lines = ({name: shown(value, name) for name, value in zip(columns, row, strict=True)} for row in rows)
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
