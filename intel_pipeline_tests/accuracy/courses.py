"""Courses told in a line each: who was listed on which day, what the count was, and what happened in between."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import polars as pl

from intel_pipeline.accuracy.course import Course
from intel_pipeline.accuracy.reading import Reading
from intel_pipeline.capture.verdict import Evidence
from intel_pipeline.contracts.follower import SCHEMA
from intel_pipeline.simulator.events import Event, Kind

START = datetime(2026, 1, 1, tzinfo=UTC)
TARGET = 1


def morning(day: float) -> datetime:
    """Return the moment so many days after the start."""
    return START + timedelta(days=day)


def reading(day: int, members: Iterable[int], reported: int, names: dict[int, str] | None = None) -> Reading:
    """Return the list of `members`, newest first, as it was read on the morning of `day`."""
    listed = list(members)
    called = {number: f"person.{number}" for number in listed} | (names or {})
    rows = [
        {"user_id": number, "username": called[number], "position": place, "page": 0}
        for place, number in enumerate(listed)
    ]
    evidence = Evidence(len(listed), len(listed), reported, reported, 1, ended=True)
    return Reading(evidence, pl.DataFrame(rows, schema=SCHEMA).sort("user_id"), morning(day), morning(day + 0.001))


def course(*lists: tuple[Iterable[int], int]) -> Course:
    """Return the course of captures, one a morning: members, and how many were reported."""
    taken = Course()
    for day, (members, reported) in enumerate(lists):
        taken.take(reading(day, members, reported))
    return taken


def event(day: float, kind: Kind, user_id: int) -> Event:
    """Return something that happened at that time."""
    cause = "unfollowed" if kind == "left" else None
    return Event(morning(day), TARGET, kind, user_id, None, None, cause)
