"""Lessons: what captures taught, written down once for all followers of whom a capture taught the same."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.taught import Said, Taught
from intel_pipeline.contracts.change import FOLLOWER_CHANGE, MOMENT, moments
from intel_pipeline.warehouse.writer import Transaction

# What is told of each follower; the rest a capture teaches of many. Names stand elsewhere, but for those that are past.
OWN = ("user_id", "previous_username")
COMMON = [name for name in FOLLOWER_CHANGE if name not in (*OWN, "username")]
# What tells the lessons of a target apart; what else a lesson says depends on the capture.
SAID = ("capture_id", "kind", "state", "first_capture_id", "not_before", "not_after", "absences", "needed", "reason")
TYPES = {**FOLLOWER_CHANGE, "followers": pl.Int64()}
TABLES = ("lesson_followers", "renames", "lessons")
FORGOTTEN = "select lesson_id from lessons where target = $1 and capture_id in (from later)"


def append_lessons(transaction: Transaction, changes: pl.DataFrame) -> None:
    """Add what captures taught (FOLLOWER_CHANGE, of each capture all that it taught) to the log."""
    lessons = with_numbers(changes.group_by(COMMON, maintain_order=True).agg(OWN))
    told = lessons.select("lesson_id", "kind", "learned_at", *OWN).explode(*OWN)
    renamed = pl.col("kind") == "renamed"
    transaction.append("lessons", lessons.select("lesson_id", *COMMON, followers=pl.col("user_id").list.len()))
    transaction.append("lesson_followers", told.filter(~renamed).select("lesson_id", "user_id", "learned_at"))
    transaction.append("renames", told.filter(renamed).drop("kind"))


def lessons_of(target: str, taught: Sequence[Taught], captures: Mapping[int, CaptureRef]) -> dict[str, pl.DataFrame]:
    """Return what the history of a target taught, as rows of the log's tables; `captures`: by their places in it."""
    if not taught:
        return {}
    columns: dict[str, Sequence[Any]] = {
        **dict(zip(Said._fields, zip(*(one.said for one in taught), strict=True), strict=True)),
        "learned_at": [captures[one.at].finished_at for one in taught],
        "capture_id": [captures[one.at].capture_id for one in taught],
        "before_capture_id": [one.before for one in taught],
        "followers": [len(one.followers) for one in taught],
        "target": [target] * len(taught),
    }
    frame = {
        name: moments(values) if TYPES[name] == MOMENT else pl.Series(values, dtype=TYPES[name])
        for name, values in columns.items()
    }
    lessons = with_numbers(pl.DataFrame(frame))
    renames = [one.said.kind == "renamed" for one in taught]
    tables = {"lessons": lessons.select("lesson_id", *COMMON, "followers")}
    for table, chosen in (("lesson_followers", False), ("renames", True)):
        some = [one for one, renamed in zip(taught, renames, strict=True) if renamed is chosen]
        if some:
            each = lessons.filter(pl.Series(renames) == chosen).select("lesson_id", "learned_at")
            numbers = np.repeat(np.arange(len(some)), [len(one.followers) for one in some])
            names = [name for one in some for name in one.names]
            tables[table] = each[numbers].with_columns(
                user_id=np.concatenate([one.followers for one in some]),
                **({"previous_username": pl.Series(names, dtype=pl.String())} if chosen else {}),
            )
    return tables


def with_numbers(lessons: pl.DataFrame) -> pl.DataFrame:
    """Return lessons (COMMON at least) with the number of each."""
    numbers = lessons.select("target", *SAID).with_columns(pl.col("not_before", "not_after").to_physical())
    return lessons.with_columns(lesson_id=pl.Series([*numbered(numbers)], dtype=pl.Int64))


def numbered(lessons: pl.DataFrame) -> Iterator[int]:
    """Yield the number of each lesson (`target` and SAID, moments in microseconds): whoever derives it gives it the same.

    The upper 16 bits are the target's: its lessons lie in a range of their own, and what is asked of one target need not
    read those of the others. The other 47 tell its lessons apart: of 10,000, two are alike once in three million targets.
    """
    for target, *said in lessons.iter_rows():
        text = "|".join("" if value is None else str(value) for value in said)
        yield (bits(target) >> 48 << 47) + (bits(text) >> 17)


def bits(text: str) -> int:
    """Return the first 64 bits of a text's MD5, which DuckDB knows as well: earlier files are brought up to date in SQL."""
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[:8])


def forget_lessons(transaction: Transaction, target: str) -> None:
    """Take out what the captures of a target in the table `later` taught."""
    transaction.run(f"create or replace temp table forgotten as {FORGOTTEN}", target)
    for table in TABLES:
        transaction.run(f"delete from {table} where lesson_id in (from forgotten)")  # noqa: S608  our own names
    transaction.run("drop table forgotten")
