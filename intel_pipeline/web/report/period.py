"""From which day to which day a report is."""

from dataclasses import dataclass
from datetime import date, timedelta

from intel_pipeline.errors import IntelError

USUAL = timedelta(days=29)
LONGEST = 366


class PeriodError(IntelError):
    """A period that is none."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Period:
    """Days in UTC, both of which are in it."""

    first: date
    last: date


def period_of(first: date | None, last: date | None, today: date) -> Period:
    """Return a period; 30 days up to today unless told. Raises PeriodError where it ends before it begins, or is too long."""
    last = last or today
    first = first or last - USUAL
    if first > last:
        problem = f"a period from {first} to {last} ends before it begins"
        raise PeriodError(problem, "exchange the two days")
    if (last - first).days >= LONGEST:
        problem = f"a period from {first} to {last} is longer than a year"
        raise PeriodError(problem, f"a report holds up to {LONGEST} days; several make up a longer one")
    return Period(first, last)
