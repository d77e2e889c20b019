"""What happened, as far as the captures could have shown it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from intel_pipeline.accuracy.claims import Kind
from intel_pipeline.accuracy.course import Course
from intel_pipeline.changes.patience import FEWEST
from intel_pipeline.simulator.events import Event


class Happening(NamedTuple):
    """Something that happened to `user_id` at `at`, and that the captures show.

    `lasting`: of a loss, whether it lasted for the k complete captures that it needed. `clouded`: of a loss, whether
    nothing that Instagram shows proves it. At the first complete capture without the follower somebody else was counted
    and not listed, and no list vouches for them: somebody who has become hidden, a newcomer who is not shown yet, one
    who was not being shown and is never shown again. The count is then what it would be if the loss had not happened.
    Or that happened one complete capture before or after, to somebody never shown again: then a single count tells
    which of the two it was, and that one count in 10,000 errs no history can rule out.
    """

    kind: Kind
    user_id: int
    at: datetime
    lasting: bool = True
    clouded: bool = False


class Truth:
    """The events of a target's followers, in order, beside the captures of a course."""

    def __init__(self, founders: Iterable[int], events: Sequence[Event], course: Course) -> None:
        """Sort events and listings by follower; `founders` are those who follow when the world begins."""
        self.by_user: dict[int, list[Event]] = defaultdict(list)
        for event in events:
            self.by_user[event.user_id].append(event)
        self.listed: dict[int, list[datetime]] = defaultdict(list)
        self.complete: list[datetime] = []
        self.needed: list[list[int | None] | None] = []
        members: list[set[int]] = []
        for capture, listed, promises in zip(course.refs, course.lists, course.promises, strict=True):
            for user_id in listed["user_id"]:
                self.listed[user_id].append(capture.started_at)
            if capture.complete:
                self.complete.append(capture.started_at)
                self.needed.append(promises)
                members.append({*listed["user_id"]})
        self.clouded = self.unvouched(founders, members)

    def unvouched(self, founders: Iterable[int], members: Sequence[set[int]]) -> set[int]:
        """Return the numbers of the complete captures at which somebody was newly counted whom no list vouches for."""
        clouded: set[int] = set()
        for user_id in {*founders, *self.by_user}:
            for since, until in self.turns(user_id, founders):
                first = 0 if since is None else bisect_right(self.complete, since)
                last = len(self.complete) if until is None else bisect_right(self.complete, until)
                shown = [number for number in range(first, last) if user_id in members[number]]
                # Before the first list that shows them in this turn, and after the last.
                if shown and shown[0] > first:
                    clouded.add(first)
                hidden = shown[-1] + 1 if shown else first
                if hidden < last:
                    clouded |= {hidden - 1, hidden, hidden + 1}
        return clouded

    def turns(self, user_id: int, founders: Iterable[int]) -> Iterator[tuple[datetime | None, datetime | None]]:
        """Yield from when to when somebody followed; None is before the world began, and now."""
        since, follows = None, user_id in founders
        for event in self.by_user.get(user_id, ()):
            if event.kind == "followed":
                since, follows = event.at, True
            elif event.kind == "left":
                yield since, event.at
                follows = False
        if follows:
            yield since, None

    def happened(self, kind: Kind, user_id: int, after: datetime, until: datetime) -> bool:
        """Tell whether that happened to a follower after one moment and not after the other."""
        return any(event.kind == kind and after < event.at <= until for event in self.by_user.get(user_id, ()))

    def happenings(self) -> Iterator[Happening]:
        """Yield what the captures show to a perfect reader.

        A loss: of somebody who was listed, and is missing from two complete captures. A following: of somebody never
        listed before, who was listed before leaving. A rename: of somebody listed before it and after it.
        """
        for user_id, events in self.by_user.items():
            for number, event in enumerate(events):
                before, later = events[:number], events[number + 1 :]
                match event.kind:
                    case "left" if self.seen_to_leave(user_id, before, event):
                        absent = self.absent(event, later)
                        if len(absent) >= FEWEST:
                            clouded = absent.start in self.clouded
                            yield Happening("left", user_id, event.at, self.lasted(absent), clouded)
                    case "followed" if self.seen_to_follow(user_id, event, later):
                        yield Happening("followed", user_id, event.at)
                    case "renamed" if self.seen_to_rename(user_id, event, later):
                        yield Happening("renamed", user_id, event.at)

    def seen_to_leave(self, user_id: int, before: Sequence[Event], event: Event) -> bool:
        """Tell whether the follower was listed since they followed, and had not gone missing before they left."""
        followed = max((one.at for one in before if one.kind == "followed"), default=None)
        return self.was_listed(user_id, followed, event.at) and not self.gone_missing(user_id, event.at)

    def absent(self, event: Event, later: Sequence[Event]) -> range:
        """Return the numbers of the complete captures between somebody's leaving and their coming back."""
        back = next((one.at for one in later if one.kind == "followed"), None)
        last = len(self.complete) if back is None else bisect_right(self.complete, back)
        return range(bisect_right(self.complete, event.at), last)

    def lasted(self, absent: range) -> bool:
        """Tell whether a loss was missing from as many complete captures as it needed at one of them."""
        return any(self.decided_by(number, number - absent.start + 1) for number in absent)

    def decided_by(self, number: int, absences: int) -> bool:
        """Tell whether so many absences were what a loss needed, by what had been learned at a complete capture."""
        known = self.needed[number]
        if known is None or absences > len(known):
            return False
        k = known[-absences]
        return k is not None and absences >= k

    def seen_to_follow(self, user_id: int, event: Event, later: Sequence[Event]) -> bool:
        """Tell whether somebody never listed before is listed between this event and the next leaving.

        Members of the first complete capture are no events, and who followed before it may be one.
        """
        if not self.complete or event.at < self.complete[0] or self.was_listed(user_id, None, event.at):
            return False
        return self.was_listed(user_id, event.at, next((one.at for one in later if one.kind == "left"), None))

    def seen_to_rename(self, user_id: int, event: Event, later: Sequence[Event]) -> bool:
        """Tell whether the follower was listed before it, and after it before the next rename."""
        following = next((one.at for one in later if one.kind == "renamed"), None)
        return self.was_listed(user_id, None, event.at) and self.was_listed(user_id, event.at, following)

    def was_listed(self, user_id: int, after: datetime | None, until: datetime | None) -> bool:
        """Tell whether a capture listed them after one moment and not after the other, as far as they are given."""
        moments = self.listed.get(user_id, ())
        first = 0 if after is None else bisect_right(moments, after)
        last = len(moments) if until is None else bisect_right(moments, until)
        return first < last

    def gone_missing(self, user_id: int, at: datetime) -> bool:
        """Tell whether the last complete capture before `at` did not show them, nor any other capture since."""
        first = bisect_right(self.complete, at)
        return first > 0 and self.listed[user_id][bisect_right(self.listed[user_id], at) - 1] < self.complete[first - 1]
