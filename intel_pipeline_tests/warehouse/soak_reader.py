"""A reader that queries the publication until its standard input ends, and checks in every read that tables agree.

`python -m intel_pipeline_tests.warehouse.soak_reader PUBLICATION WAY` says `ready` after its first read, and at the end
what it saw.
"""

import json
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from intel_pipeline.warehouse.reading import reading

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Tables that one transaction writes, read one after the other: half a batch, or two publications, would not agree.
MEMBERS = "select target, count(*) from members group by 1 order by 1"
LISTED = """
select target, listed from follower_balance where verdict = 'complete'
qualify row_number() over (partition by target order by finished_at desc) = 1 order by 1
"""
CAPTURES = "select count(*) from captures where surface = 'followers'"
BALANCES = "select count(*) from follower_balance"
LEARNED = "select count(*) from unnamed_change_log where kind in ('followed', 'refollowed')"
ARRIVED = "select sum(arrived)::bigint from follower_balance"
PAIRS = ((MEMBERS, LISTED), (CAPTURES, BALANCES), (LEARNED, ARRIVED))


@dataclass(slots=True)
class Seen:
    """What a reader saw."""

    reads: int = 0
    errors: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    generations: int = 0
    longest: float = 0.0


@contextmanager
def by_name(publication: Path) -> Iterator["DuckDBPyConnection"]:
    """Open the publication by its name, as any DuckDB client does."""
    with duckdb.connect(publication, read_only=True) as connection:
        yield connection


@contextmanager
def as_we_do(publication: Path) -> Iterator["DuckDBPyConnection"]:
    """Open the publication as our own commands do."""
    with reading(publication) as (connection, _):
        yield connection


WAYS: dict[str, Callable[[Path], AbstractContextManager["DuckDBPyConnection"]]] = {
    "by_name": by_name,
    "as_we_do": as_we_do,
}


def read(connection: "DuckDBPyConnection", seen: Seen, before: int, *, held: bool) -> int:
    """Read all tables once; return how many captures there are. A held connection must show the same for ever."""
    for one, other in PAIRS:
        left, right = (connection.execute(sql).fetchall() for sql in (one, other))
        if left != right:
            seen.torn.append(f"{one} says {left}, {other} says {right}")
    count: int = connection.execute(CAPTURES).fetchall()[0][0]
    if count < before or (held and before and count != before):
        seen.torn.append(f"{count} captures after {before}")
    seen.generations += count != before
    seen.reads += 1
    return count


def loop(way: str, publication: Path) -> Seen:
    """Read until standard input ends."""
    seen = Seen()
    count = 0
    if way == "held":
        with by_name(publication) as connection:
            while wanted(seen):
                count = timed(seen, partial(read, connection, seen, count, held=True)) or count
    else:
        while wanted(seen):
            count = timed(seen, partial(read_anew, way, publication, seen, count)) or count
    return seen


def read_anew(way: str, publication: Path, seen: Seen, before: int) -> int:
    """Open the publication and read it."""
    with WAYS[way](publication) as connection:
        return read(connection, seen, before, held=False)


def timed(seen: Seen, once: Callable[[], int]) -> int | None:
    """Read, and keep what goes wrong instead of ending."""
    began = time.perf_counter()
    try:
        return once()
    except Exception as error:  # noqa: BLE001  whatever a reader meets is what the soak is about
        seen.errors.append(f"{type(error).__name__}: {error}")
        return None
    finally:
        seen.longest = max(seen.longest, time.perf_counter() - began)


def wanted(seen: Seen) -> bool:
    """Say `ready` after the first read; tell whether there is to be another one."""
    if seen.reads + len(seen.errors) == 1:
        print("ready", flush=True)  # noqa: T201  read by the soak
    return not select.select([sys.stdin], [], [], 0)[0]


if __name__ == "__main__":
    print(json.dumps(asdict(loop(sys.argv[2], Path(sys.argv[1])))))  # noqa: T201  read by the soak
