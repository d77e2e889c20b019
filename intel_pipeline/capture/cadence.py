"""How often a surface of a target is captured, and when it is due again: pure decisions in UTC, whatever clocks do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from intel_pipeline.instagram.source import LISTS

HOURS_A_DAY, HOURS_A_WEEK = 24, 168
NAMED = {"hourly": 1, "daily": HOURS_A_DAY, "weekly": HOURS_A_WEEK}
FORM = re.compile(r"(\d{1,3})(h|d)")
# When `daily_round` opens a round.
OPENS = time(6, tzinfo=UTC)
FIRST = datetime.combine(date(1970, 1, 1), OPENS)
# A post gathers most of its likes in its first two days.
YOUNG = timedelta(hours=48)
# What needs no second look before its time; what proves less is looked at again in the next round.
SETTLED = ("complete", "limited")


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest finished capture of a surface of a target, or that of a verdict.

    `newest_post_at`: when its newest post was published, where that is known.
    """

    round: date
    started_at: datetime
    verdict: str | None
    newest_post_at: datetime | None = None
    finished_at: datetime | None = None
    reasons: Sequence[str] = ()


def hours_of(given: object) -> object:
    """Return the hours of a cadence such as hourly, 6h, daily, 2d or weekly; ValueError for what is none."""
    if not isinstance(given, str):
        return given
    text = given.strip().lower()
    form = FORM.fullmatch(text)
    hours = int(form[1]) * (HOURS_A_DAY if form[2] == "d" else 1) if form else NAMED.get(text, 0)
    if not 1 <= hours <= HOURS_A_WEEK or (hours > HOURS_A_DAY and hours % HOURS_A_DAY):
        message = f"'{given}' is no cadence: write hourly, 6h, daily, 2d or weekly (1h to 23h, 1d to 7d)"
        raise ValueError(message)
    return hours


def list_hours_of(given: object) -> object:
    """Return the hours of a cadence for lists, which are read once a day at most; ValueError for what is none."""
    hours = hours_of(given)
    if isinstance(hours, int) and hours < HOURS_A_DAY:
        message = f"'{given}' is too often for a list, which costs a session most: write daily, 2d or weekly"
        raise ValueError(message)
    return hours


def surface_hours_of(surface: str, given: object) -> object:
    """Return the hours of a cadence of a surface; ValueError for what is none."""
    return list_hours_of(given) if surface in LISTS else hours_of(given)


def words_of(hours: int) -> str:
    """Return a cadence as `hours_of` reads it."""
    for word, length in NAMED.items():
        if hours == length:
            return word
    return f"{hours // HOURS_A_DAY}d" if hours % HOURS_A_DAY == 0 else f"{hours}h"


def in_force(hours: int, young_hours: int, seen: Seen | None, now: datetime) -> int:
    """Return the hours between captures of posts: `young_hours`, if that is less, while the newest post is young."""
    newest = seen.newest_post_at if seen else None
    young = newest is not None and now - newest < YOUNG
    return min(hours, young_hours) if young else hours


def due_from(seen: Seen, hours: int) -> datetime:
    """Return from when on a surface is due that was seen last as `seen`.

    A cadence of days counts rounds, so that a capture that came late one day does not come later still the next. One of
    hours counts spans, of which one begins with a round: each has one capture, however often clocks and daemons are
    set back or started anew, and those that passed while nothing ran are not made up for: what they showed is gone.
    """
    if hours < HOURS_A_DAY:
        span = timedelta(hours=hours)
        return FIRST + ((seen.started_at - FIRST) // span + 1) * span
    days = hours // HOURS_A_DAY if seen.verdict in SETTLED else 1
    return datetime.combine(seen.round + timedelta(days=days), OPENS)


def lacks(seen: Seen | None, hours: int, day: date, now: datetime) -> bool:
    """Tell whether the round of `day` lacks a surface that was last seen, in that round or an earlier one, as `seen`."""
    if seen is None:
        return True
    due = due_from(seen, hours)
    return due <= now if hours < HOURS_A_DAY else due.date() <= day
