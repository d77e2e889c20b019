"""The process that runs one statement of `sandbox`: asked and answering in JSON, by its input and output."""

import json
import math
import resource
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

MEMORY = "128MB"
# With what DuckDB does not count, and Python.
MOST_BYTES = 700 * 1024 * 1024
# What reads and nothing else. DESCRIBE, SHOW and SUMMARIZE are a SELECT to DuckDB.
READS = ("SELECT", "EXPLAIN")


def answer(path: Path, sql: str, limit: int) -> dict[str, Any]:
    """Return columns, types, rows and whether there were more, or the problem and its fix."""
    import duckdb

    from intel_pipeline.warehouse.reading import shut

    try:
        if refused := refusal(sql):
            return refused
        with duckdb.connect(str(path), read_only=True) as connection:
            connection.execute(f"set memory_limit = '{MEMORY}'")
            connection.execute("set threads = 1")
            connection.execute("set timezone = 'UTC'")
            # Not beside the publication, and no place that a query could fill.
            connection.execute("set temp_directory = ''")
            shut(connection)
            connection.execute(sql)
            # DuckDB answers piece by piece, so that what is not fetched is not made either.
            rows = connection.fetchmany(limit + 1)
            described = connection.description or ()
    except duckdb.OutOfMemoryException:
        # Whoever asked says so: DuckDB would advise settings that are locked.
        raise
    except duckdb.Error as error:
        return {
            "problem": str(error).strip(),
            "fix": "`show all tables` lists what there is to ask, `describe` its columns",
        }
    names, types = [column[0] for column in described], [str(column[1]) for column in described]
    return {"columns": names, "types": types, "rows": jsonable(rows[:limit]), "truncated": len(rows) > limit}


def jsonable(value: Any) -> Any:  # noqa: ANN401  whatever DuckDB has
    """Return a value as JSON can hold it: no number is none there, and moments are ISO 8601."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case list() | tuple():
            return [jsonable(one) for one in value]
        case dict():
            return {str(key): jsonable(one) for key, one in value.items()}
        case date():
            return value.isoformat()
        case Decimal():
            return float(value)
        case _:
            return str(value)


def refusal(sql: str) -> dict[str, str] | None:
    """Return why it is not one statement that reads; None where it is."""
    import duckdb

    statements = duckdb.extract_statements(sql)
    if len(statements) != 1:
        problem = f"{len(statements)} statements, where one can be asked"
        return {"problem": problem, "fix": "write one, for example: from daily_growth limit 10"}
    kind = statements[0].type.name
    if kind not in READS:
        problem = f"{kind} is not a question: a publication is only read"
        return {"problem": problem, "fix": "begin with select, from, with, describe or summarize"}
    return None


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    asked = json.load(sys.stdin)
    json.dump(answer(Path(asked["path"]), asked["sql"], asked["limit"]), sys.stdout)
