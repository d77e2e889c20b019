from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.taught import Said, Taught
from intel_pipeline.contracts.change import FOLLOWER_CHANGE
from intel_pipeline.warehouse.landing.lessons import append_lessons, lessons_of
from intel_pipeline.warehouse.writer import Transaction, writing
from intel_pipeline_tests.warehouse.lands import rows

DAY = datetime(2026, 11, 2, 6, tzinfo=UTC)
EARLIER = DAY - timedelta(days=1)
# What one capture taught, in turn of whom.
TAUGHT = {
    Said("followed", "confirmed", "second", EARLIER, DAY): [3, 50, 90],
    Said("renamed", "confirmed", "second", EARLIER, DAY): [7, 8],
    Said("left", "confirmed", "first", EARLIER, DAY, 2, 2): [10, 60, 95],
    Said("left", "suspected", "second", EARLIER, DAY, 1, 2, "more complete captures must agree"): [2, 20],
    Said("renamed", "confirmed", "second", EARLIER - timedelta(days=1), DAY): [4, 5, 6],
}
# Risen, fallen, risen.
LAID = [3, 50, 90, 95, 60, 10, 2, 20]
RENAMED = [(7, "was_7"), (8, "was_8"), (6, "was_6"), (5, "was_5"), (4, "was_4")]


def by_a_step(transaction: Transaction) -> None:
    told = [
        {
            **said._asdict(),
            "target": "desk",
            "user_id": number,
            "username": f"is_{number}",
            "previous_username": f"was_{number}" if said.kind == "renamed" else None,
            "learned_at": DAY,
            "capture_id": "second",
            "before_capture_id": "first",
        }
        for said, numbers in TAUGHT.items()
        for number in numbers
    ]
    append_lessons(transaction, pl.DataFrame(told, schema=FOLLOWER_CHANGE))


def by_a_history(transaction: Transaction) -> None:
    second = CaptureRef("second", "desk", EARLIER, DAY, True, 5, 5.0, 0)
    taught = [
        Taught(1, "first", said, np.array(numbers), [f"was_{one}" for one in numbers] if said.kind == "renamed" else ())
        for said, numbers in TAUGHT.items()
    ]
    for table, told in lessons_of("desk", taught, {1: second}).items():
        transaction.append(table, told)


@pytest.mark.parametrize("land", [by_a_step, by_a_history])
def test_the_followers_of_a_lesson_go_on_where_those_of_the_one_before_have_ended(
    tmp_path: Path, land: Callable[[Transaction], None]
) -> None:
    file = tmp_path / "warehouse.duckdb"
    with writing(file) as transaction:
        land(transaction)
    assert [number for (number,) in rows(file, "select user_id from lesson_followers order by rowid")] == LAID
    assert rows(file, "select user_id, previous_username from renames order by rowid") == RENAMED
    told = rows(file, "select user_id, kind, state, needed from unnamed_change_log")
    assert sorted(told, key=str) == sorted(
        ((one, said.kind, said.state, said.needed) for said, numbers in TAUGHT.items() for one in numbers), key=str
    )
