"""What whole histories teach: captures of many targets, in which each follower is looked at once and not at each capture.

Whoever went missing at the same capture is judged alike, so what a capture teaches is told of cohorts; who was in them
is found for all captures together.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from intel_pipeline.changes.arrivals import NOWHERE, doubtful_since, edges, newness, places_since
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.losses import Cohort, Finding, findings
from intel_pipeline.changes.newcomers import back_at, row_of
from intel_pipeline.changes.returns import returned
from intel_pipeline.changes.rows import entered
from intel_pipeline.changes.standing import LOST, OPEN_LOSS, Case, Row, Since

if TYPE_CHECKING:
    import numpy as np

    from intel_pipeline.changes.arrivals import Chosen

    Array = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

# After every capture.
NEVER = 2**31 - 1


class Said(NamedTuple):
    """What a capture taught of some followers, as in FOLLOWER_CHANGE."""

    kind: str
    state: str
    first_capture_id: str
    not_before: datetime
    not_after: datetime
    absences: int | None = None
    needed: int | None = None
    reason: str | None = None


# By what is said, of whom, and which names those who are renamed had.
Told = dict[Said, list[tuple["Array", Sequence[str]]]]


@dataclass(frozen=True, slots=True)
class Taught:
    """A lesson of the capture at a place `at` in its history, and of whom; of those renamed by which names before."""

    at: int
    before: str
    said: Said
    followers: "Array"
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Differing:
    """What a target's lists differ by from those before, in the order of its captures and then of `user_id`.

    Each with `at`, the place of the capture in the history. `arrived`, `missing`: MEMBER columns, as in Compared, but
    for those who are missing from incomplete captures, or were in no list before the first complete one. `renamed`: as in Compared. `heads`: by `at`, the
    columns of `head`.
    """

    arrived: pl.DataFrame
    missing: pl.DataFrame
    renamed: pl.DataFrame
    heads: Mapping[int, tuple[list[int], list[int]]]


@dataclass(slots=True)
class History:
    """A target's history, and how far it has been learned from; what is known then is as in Standing.

    `open`: the cohorts that are suspected to have left. `rows`: by the place of each capture what it alone entered into
    the balance. `restated`: by their ids, captures in whose place others stand in the balance now. `taught`: everything so far.
    """

    captures: Mapping[int, CaptureRef]
    differing: Differing
    before: CaptureRef | None
    balance: tuple[Row, ...]
    since: Since
    losses: pl.DataFrame
    lost: pl.DataFrame
    open: dict[str, Cohort] = field(init=False)
    rows: dict[int, Row] = field(default_factory=dict)
    restated: dict[str, Row] = field(default_factory=dict)
    taught: list[Taught] = field(default_factory=list)
    followers: "Followers" = field(init=False)

    def __post_init__(self) -> None:
        """Link everybody who is back with when they went missing."""
        self.followers = Followers(self.captures, self.differing, self.losses, self.lost)
        alike = pl.col("not_before", "not_after", "reason").first()
        cohorts = self.losses.group_by("first_capture_id", maintain_order=True).agg(alike, number=pl.len())
        self.open = {first: Cohort(*values) for first, *values in cohorts.iter_rows()}

    def enter(self, at: int) -> None:
        """Learn from who is in the capture at this place and was not before, and who is missing."""
        capture = self.captures[at]
        case = Case(capture, self.before, self.balance, self.since)
        told: Told = defaultdict(list)
        who = self.followers
        above = edges(*self.differing.heads.get(at, ([], [])), self.balance[-1].edges if self.balance else ())
        arrived, missing = who.arrived_at(at), who.missing_at(at)
        numbers, back = (0, 0, 0, missing.stop - missing.start), list[int]()
        if case.based:
            back, again = who.back_at(arrived, self.open)
            positions, ids = who.new_at(arrived)
            others, gone = len(back) + len(again), missing.stop - missing.start
            likely, proven = newness(case, positions, others, gone, above)
            numbers = (int(likely.sum()), len(positions), len(again), gone)
            earliest = doubtful_since(case, max(1, len(above)))
            self._tell_of_new(told, case, (positions, ids, proven), above, earliest)
            self._tell_of_again(told, case, again, earliest)
        row = row_of(case, numbers, above)
        if back:
            row = self._tell_of_back(told, case, back, row, above)
        renamed = who.renamed_at(at)
        if renamed.height:
            said = renamed_at(case, case.earlier.started_at)
            told[said].append((renamed["user_id"].to_numpy(), renamed["previous_username"].to_list()))
        self._take(at, case, told)
        self._move(case, row, gone=missing.stop - missing.start, at=at)

    def _move(self, case: Case, row: Row, *, gone: int, at: int) -> None:
        capture = case.capture
        self.rows[at] = row
        if capture.complete:
            if gone:
                started = case.before.started_at if case.before else capture.started_at
                self.open[capture.capture_id] = Cohort(started, capture.finished_at, None, gone)
            self.balance = entered(self.balance, row, self.since)
            self.since = Since()
        else:
            self.before = case.earlier
            self.since = self.since.plus(row)

    def _tell_of_new(
        self,
        told: Told,
        case: Case,
        new: "tuple[Array, Array, Chosen]",
        above: tuple[int, ...],
        earliest: Sequence[datetime],
    ) -> None:
        positions, ids, proven = new
        first, since, until = case.capture.capture_id, case.earlier.started_at, case.capture.finished_at
        if not proven.all():
            told[Said("revealed", "confirmed", first, since, until)].append((ids[~proven], []))
        if proven.any():
            places = places_since(positions[proven], above)
            for place in sorted(set(places.tolist())):
                moment = earliest[place] if earliest else since
                told[Said("followed", "confirmed", first, moment, until)].append((ids[proven][places == place], []))

    def _tell_of_again(self, told: Told, case: Case, again: Sequence[int], earliest: Sequence[datetime]) -> None:
        capture, who = case.capture, self.followers
        for place in again:
            left = who.lost_before(place)
            moment = max(left, earliest[0]) if earliest else left
            said = Said("refollowed", "confirmed", capture.capture_id, moment, capture.finished_at)
            told[said].append((who.ids[place : place + 1], []))
            self._rename_back(told, case, place, left)

    def _tell_of_back(self, told: Told, case: Case, back: Sequence[int], row: Row, above: tuple[int, ...]) -> Row:
        who = self.followers
        firsts = [who.cohort_of(place) for place in back]
        some = [back_at(case, first, who.places_of(place), above) for place, first in zip(back, firsts, strict=True)]
        found = returned(case, some, row)
        for place, first, absences, reason in zip(back, firsts, found.absences, found.reasons, strict=True):
            cohort = self.open[first]
            said = Said(
                "left", "retracted", first, cohort.not_before, cohort.not_after, absences=absences, reason=reason
            )
            told[said].append((who.ids[place : place + 1], []))
            self._rename_back(told, case, place, cohort.not_before)
        for first in firsts:
            cohort = self.open[first]
            if cohort.number > 1:
                self.open[first] = cohort._replace(number=cohort.number - 1)
            else:
                del self.open[first]
        self.restated |= {
            now.capture_id: now for now, then in zip(found.balance, self.balance, strict=True) if now is not then
        }
        self.balance = found.balance
        return found.row

    def _rename_back(self, told: Told, case: Case, place: int, since: datetime) -> None:
        now, then = self.followers.names_of(place)
        if now != then:
            told[renamed_at(case, since)].append((self.followers.ids[place : place + 1], [then]))

    def _take(self, at: int, case: Case, told: Told) -> None:
        import numpy as np

        before = case.earlier.capture_id
        for said, parts in told.items():
            (ids, names), *more = parts
            if more:
                whole = np.concatenate([own for own, _ in parts])
                order = whole.argsort()
                every = [name for _, own in parts for name in own]
                ids, names = whole[order], [every[place] for place in order] if every else []
            self.taught.append(Taught(at, before, said, ids, names))

    def settle(self, at: int, found: Mapping[str, Finding], row: Row) -> None:
        """Take what is found of the cohorts at the complete capture at this place, and the last row of the balance."""
        capture = self.captures[at]
        before = (self.before or capture).capture_id
        for first, one in found.items():
            cohort = self.open[first]
            state = "confirmed" if one.reason is None else "suspected"
            if one.reason is None or one.reason != cohort.reason:
                said = Said("left", state, first, cohort.not_before, one.not_after, *one[:3])
                self.taught.append(Taught(at, before, said, self.followers.still_missing(first, at)))
            if one.reason is None:
                self.followers.confirmed[first] = cohort.not_before
                del self.open[first]
            elif one.reason != cohort.reason:
                self.open[first] = cohort._replace(reason=one.reason)
        self.balance = (*self.balance[:-1], row)
        alone = self.rows[at]
        self.rows[at] = row._replace(**asdict(Since().plus(alone)))
        self.before = capture

    def open_now(self) -> pl.DataFrame:
        """Return the losses that are suspected now: OPEN_LOSS."""
        return self.followers.open_of(self.open)

    def gone_now(self) -> pl.DataFrame:
        """Return those whose loss was confirmed in this history and who have not come back since: LOST."""
        return self.followers.gone_now()

    def back_now(self) -> pl.DataFrame:
        """Return those who were lost before this history and have come back in it: LOST."""
        return self.followers.back_now()


def renamed_at(case: Case, since: datetime) -> Said:
    """Return what is said of those who were renamed between a moment and the capture of a case."""
    return Said("renamed", "confirmed", case.capture.capture_id, since, case.capture.finished_at)


class Followers:
    """All who arrived and went missing in a history, each arrival linked with when they went missing before.

    Those who were missing before the history are in front of those missing in it: first the lost, then the open losses.
    """

    def __init__(
        self, captures: Mapping[int, CaptureRef], differing: Differing, losses: pl.DataFrame, lost: pl.DataFrame
    ) -> None:
        """Look through everybody."""
        import numpy as np

        size = max(captures, default=-1) + 1
        arrived, missing = differing.arrived, differing.missing
        self.ids = arrived["user_id"].to_numpy()
        self.names = arrived["username"]
        self.positions = arrived["position"].cast(pl.Int64()).fill_null(NOWHERE).to_numpy()
        self.starts = np.searchsorted(arrived["at"].to_numpy(), np.arange(size + 1))
        self.at = arrived["at"].to_numpy()
        losses = losses.sort("first_capture_id", "user_id")
        self.lost, self.losses, self.missing = lost, losses, missing
        own = lost.height + losses.height
        self.offset = own
        self.gone = np.concatenate([lost["user_id"], losses["user_id"], missing["user_id"]]).astype(np.int64)
        self.missing_starts = own + np.searchsorted(missing["at"].to_numpy(), np.arange(size + 1))
        # By the capture that they went missing at, which rows of `gone` are of a cohort.
        self.cohorts: dict[str, slice] = {}
        known = losses.group_by("first_capture_id", maintain_order=True).len()
        start = lost.height
        for first, number in known.iter_rows():
            self.cohorts[first] = slice(start, start + number)
            start += number
        for at, capture in captures.items():
            place = self.missing_at(at)
            if place.stop > place.start:
                self.cohorts[capture.capture_id] = place
        self.captures = captures
        self.confirmed: dict[str, datetime] = {}
        self.links, self.next_at = linked((self.ids, self.at), self.gone, self._gone_at(own, missing))
        renamed = differing.renamed
        self.renamed = renamed
        self.renamed_starts = np.searchsorted(renamed["at"].to_numpy(), np.arange(size + 1))

    @staticmethod
    def _gone_at(own: int, missing: pl.DataFrame) -> "Array":
        import numpy as np

        return np.concatenate([np.full(own, -1, dtype=np.int32), missing["at"].to_numpy()])

    def arrived_at(self, at: int) -> slice:
        """Return the places of those who arrived at a capture."""
        return slice(int(self.starts[at]), int(self.starts[at + 1]))

    def missing_at(self, at: int) -> slice:
        """Return the places in `gone` of those who went missing at a capture."""
        return slice(int(self.missing_starts[at]), int(self.missing_starts[at + 1]))

    def renamed_at(self, at: int) -> pl.DataFrame:
        """Return those who are in both lists by different names."""
        start, stop = int(self.renamed_starts[at]), int(self.renamed_starts[at + 1])
        return self.renamed[start:stop]

    def back_at(self, arrived: slice, open_: Mapping[str, Cohort]) -> tuple[list[int], list[int]]:
        """Return the places of those who are back from losses that are suspected, and from those that are confirmed."""
        back, again = [], []
        for place in (arrived.start + (self.links[arrived] >= 0).nonzero()[0]).tolist():
            gone = self.links[place]
            if gone >= self.lost.height and self.cohort_of(place) in open_:
                back.append(place)
            else:
                again.append(place)
        return back, again

    def new_at(self, arrived: slice) -> "tuple[Array, Array]":
        """Return the positions and ids of those who are seen for the first time."""
        fresh = self.links[arrived] < 0
        if fresh.all():
            return self.positions[arrived], self.ids[arrived]
        return self.positions[arrived][fresh], self.ids[arrived][fresh]

    def cohort_of(self, place: int) -> str:
        """Return the capture that one who is back went missing at."""
        gone = int(self.links[place])
        if gone < self.offset:
            first: str = self.losses["first_capture_id"][gone - self.lost.height]
            return first
        return self.captures[self.missing["at"][gone - self.offset]].capture_id

    def lost_before(self, place: int) -> datetime:
        """Return until when one who is back from a confirmed loss was listed."""
        gone = int(self.links[place])
        if gone < self.lost.height:
            moment: datetime = self.lost["not_before"][gone]
            return moment
        return self.confirmed[self.cohort_of(place)]

    def names_of(self, place: int) -> tuple[str, str]:
        """Return the names of one who is back, now and when they went missing."""
        return self.names[place], self._of_gone(int(self.links[place]), "username")

    def places_of(self, place: int) -> tuple[int | None, int | None]:
        """Return the positions in the list of one who is back, when they went missing and now."""
        now = int(self.positions[place])
        return self._of_gone(int(self.links[place]), "position"), None if now == NOWHERE else now

    def _of_gone(self, gone: int, column: str) -> Any:  # noqa: ANN401  a name or a position
        if gone < self.lost.height:
            return self.lost[column][gone]
        if gone < self.offset:
            return self.losses[column][gone - self.lost.height]
        return self.missing[column][gone - self.offset]

    def still_missing(self, first: str, at: int) -> "Array":
        """Return who of a cohort has not come back by a capture."""
        rows = self.cohorts[first]
        found = self.gone[rows]
        there = self.next_at[rows] > at
        return found if there.all() else found[there]

    def open_of(self, cohorts: Mapping[str, Cohort]) -> pl.DataFrame:
        """Return the losses of these cohorts that are suspected still: OPEN_LOSS."""
        parts = [pl.DataFrame(schema=OPEN_LOSS)]
        for first, cohort in cohorts.items():
            rows = self._rows_of(first, ["user_id", "username", "position"])
            parts.append(
                rows.select(
                    "user_id",
                    "username",
                    pl.col("position").cast(pl.Int64()),
                    pl.lit(cohort.not_before, OPEN_LOSS["not_before"]).alias("not_before"),
                    pl.lit(cohort.not_after, OPEN_LOSS["not_after"]).alias("not_after"),
                    pl.lit(cohort.reason, pl.String()).alias("reason"),
                    pl.lit(first).alias("first_capture_id"),
                )
            )
        return pl.concat(parts)

    def gone_now(self) -> pl.DataFrame:
        """Return those of the cohorts whose loss was confirmed who have not come back: LOST."""
        parts = [pl.DataFrame(schema=LOST)]
        own = {at: self.confirmed.get(one.capture_id) for at, one in self.captures.items()}
        for rows, at, moments in (
            (self.losses, self.losses["first_capture_id"], dict(self.confirmed)),
            (self.missing, self.missing["at"], own),
        ):
            start = self.lost.height if rows is self.losses else self.offset
            never = pl.Series(self.next_at[start : start + rows.height] == NEVER, dtype=pl.Boolean)
            since = at.replace_strict(moments, default=None, return_dtype=LOST["not_before"])
            told = rows.select("user_id", "username").with_columns(since.alias("not_before"))
            parts.append(told.filter(never & since.is_not_null()))
        return pl.concat(parts)

    def back_now(self) -> pl.DataFrame:
        """Return those who were lost before and have come back: LOST."""
        return self.lost.filter(pl.Series(self.next_at[: self.lost.height] != NEVER, dtype=pl.Boolean))

    def _rows_of(self, first: str, columns: list[str]) -> pl.DataFrame:
        rows = self.cohorts[first]
        never = pl.Series(self.next_at[rows] == NEVER, dtype=pl.Boolean)
        if rows.start < self.offset:
            start = self.lost.height
            return self.losses[rows.start - start : rows.stop - start].select(columns).filter(never)
        return self.missing[rows.start - self.offset : rows.stop - self.offset].select(columns).filter(never)


def linked(arrived: "tuple[Array, Array]", gone: "Array", gone_at: "Array") -> "tuple[Array, Array]":
    """Return of each who arrived, (`user_id`, `at`), the place in `gone` of when they went missing last, -1 for nobody.

    And of each of these, the next capture that they arrived at, or NEVER.
    """
    import numpy as np

    ids, at = arrived
    links, following = np.full(len(ids), -1), np.full(len(gone), NEVER)
    both = np.concatenate([gone, ids])
    order = np.lexsort((np.concatenate([gone_at, at]), both))
    same = both[order[1:]] == both[order[:-1]]
    then, now = order[:-1], order[1:]
    back = same & (then < len(gone)) & (now >= len(gone))
    links[now[back] - len(gone)] = then[back]
    following[then[back]] = at[now[back] - len(gone)]
    return links, following


def learn_histories(histories: Sequence[History]) -> None:
    """Learn from all captures of all histories: of each in their order, those of many targets side by side."""
    for at in range(max((max(one.captures, default=-1) for one in histories), default=-1) + 1):
        now = [one for one in histories if at in one.captures]
        for one in now:
            one.enter(at)
        complete = {number: one for number, one in enumerate(now) if one.captures[at].complete}
        cohorts = {number: one.open for number, one in complete.items()}
        found, rows = findings(cohorts, {number: one.balance for number, one in complete.items()})
        for number, one in complete.items():
            one.settle(at, found[number], rows[number])
