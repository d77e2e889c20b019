"""How long a capture may go on before it is no longer one reading: as long as the budget makes a list take."""

from datetime import timedelta

SHORTEST = timedelta(days=2)
# Beyond it, a list tells of no moment that anybody would ask about, and cursors may not live that long.
LONGEST = timedelta(days=14)
# Lists share a day's identities, and a pause for a cool-down or a machine that is off costs days too.
SPARE = 1.5


def days_to_list(reported: int, per_day: int) -> float:
    """Return in how many days a list of `reported` followers is read, where `per_day` identities may be shown in one."""
    return reported / per_day


def shelf_life(reported: int | None, per_day: int) -> timedelta:
    """Return how long a capture may go on; `reported` is None where it reads no list, or the count is not known yet."""
    needed = timedelta(days=SPARE * days_to_list(reported or 0, per_day))
    return min(LONGEST, max(SHORTEST, needed))


def too_long(reported: int | None, per_day: int) -> str | None:
    """Return in words why a list of so many is not begun: the budget would not let it through in time; or None."""
    if reported is None or days_to_list(reported, per_day) <= LONGEST.days:
        return None
    enough = -(-reported // LONGEST.days)
    return (
        f"a list of {reported:,} takes {days_to_list(reported, per_day):.0f} days at {per_day:,} identities a day, and "
        f"one that is read for more than {LONGEST.days} days is none any more; it takes {enough:,} a day "
        f"(INTEL_IDENTITIES_PER_DAY, INTEL_REQUESTS_PER_HOUR)"
    )


def why_ended(
    age: timedelta, reported: int | None, per_day: int, begun_by: str | None, session: str | None
) -> str | None:
    """Return in words why a capture of that age, begun by a session, ends rather than go on with `session`; or None."""
    life = shelf_life(reported, per_day)
    if age > life:
        days = life.total_seconds() / 86_400
        return f"not complete after {days:.1f} days, and what is read later is another list"
    if session and begun_by and begun_by != session:
        return f"begun with the session '{begun_by}', which does not go on with it; '{session}' begins anew"
    return None
