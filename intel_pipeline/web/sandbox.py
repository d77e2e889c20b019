"""What anybody may ask of a publication in SQL: one statement that only reads, for so long, so many rows.

Each in a process of its own: DuckDB does not count all that it holds (a text of a gigabyte passes a limit of 64 MB), and
a function that is at work does not hear an interruption.
"""

import json
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import Any

from intel_pipeline.errors import BusyError
from intel_pipeline.process_environment import command_of
from intel_pipeline.warehouse.reading import QueryError
from intel_pipeline.web.publication import Reading

SECONDS = 10.0
ROWS = 1_000
AT_ONCE = 3
FEWER = "ask for fewer days, targets or columns, or run it on the file: `intel-pipeline sql`"
_places = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement came to, in values that JSON can hold; `truncated`: there were more rows than were asked for."""

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    truncated: bool
    seconds: float


def run(reading: Reading, sql: str, limit: int = ROWS, seconds: float = SECONDS) -> Answer:
    """Return at most `limit` rows of a statement.

    Files, network and settings are out of its reach, and nothing can be written. Raises QueryError for what is refused,
    wrong, or takes longer than `seconds`, and BusyError where as many are at it as may be.
    """
    if not _places.acquire(timeout=seconds):
        problem = f"{AT_ONCE} queries are at work already"
        raise BusyError(problem, "ask again in some seconds")
    began = time.monotonic()
    try:
        asked = json.dumps({"path": str(reading.path), "sql": sql, "limit": limit})
        done = subprocess.run(  # noqa: S603  ours
            command_of("intel_pipeline.web.sandboxed"),
            input=asked.encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        problem = f"the query was ended after {seconds:g} s"
        raise QueryError(problem, FEWER) from error
    finally:
        _places.release()
    if done.returncode:
        problem = "the query took more memory than one may"
        raise QueryError(problem, FEWER)
    found = json.loads(done.stdout)
    if "problem" in found:
        raise QueryError(found["problem"], found["fix"])
    return Answer(**found, seconds=time.monotonic() - began)
