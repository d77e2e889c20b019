"""When to ask for the next tick: a pure decision."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

# After a tick that got nowhere, the next one waits: a target that stays unfinished must not keep a run going for ever.
NO_PROGRESS_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Asked:
    """The planner's last request: for which round, when, and how much was due then."""

    day: date
    at: datetime
    due: int


@dataclass(frozen=True, slots=True)
class Situation:
    """What the planner sees. `due` is not looked at while a run is in flight."""

    now: datetime
    open_round: date | None
    due: int
    in_flight: int
    hindrance: str | None
    last: Asked | None


def decide(seen: Situation) -> Asked | str:
    """Return the request to make, or the reason in words why none is made."""
    if seen.hindrance:
        return seen.hindrance
    if seen.open_round is None:
        return "no round is open; the schedule daily_round opens one, or materialize today's partition by hand"
    if seen.in_flight:
        return "a run that captures is at work already"
    if seen.due == 0:
        return f"everything that is due in the round {seen.open_round} is captured"
    last = seen.last
    stuck = last and last.day == seen.open_round and last.due <= seen.due
    if last and stuck and seen.now - last.at < NO_PROGRESS_WAIT:
        until = last.at + NO_PROGRESS_WAIT
        return f"the last tick finished none of the {seen.due} captures that are due; next try at {until:%H:%M} UTC"
    return Asked(day=seen.open_round, at=seen.now, due=seen.due)
