"""What whole histories teach: captures of many targets, in which each follower is looked at once and not at each capture.

Whoever went missing at the same capture is judged alike, so what a capture teaches is told of cohorts; who was in them
is found for all captures together.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from intel_pipeline.changes.arrivals import doubtful_since, edges, newness, places_since
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.links import Differing, Followers
from intel_pipeline.changes.losses import Cohort, Finding, findings
from intel_pipeline.changes.newcomers import back_at, row_of
from intel_pipeline.changes.returns import returned
from intel_pipeline.changes.rows import entered
from intel_pipeline.changes.standing import Case, Row, Since
from intel_pipeline.changes.taught import AllTaught, Said, Taught, Told, renamed_at

if TYPE_CHECKING:
    from intel_pipeline.changes.arrivals import Chosen
    from intel_pipeline.changes.taught import Array


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
    taught: AllTaught = field(default_factory=AllTaught)
    followers: Followers = field(init=False)

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
        renamed, names = who.renamed_at(at)
        if len(renamed):
            told[renamed_at(case, case.earlier.started_at)].append((renamed, names))
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
            those = ids if proven.all() else ids[proven]
            places = places_since(positions[proven], above)
            kinds = sorted(set(places.tolist()))
            for place in kinds:
                moment = earliest[place] if earliest else since
                chosen = those if len(kinds) == 1 else those[places == place]
                told[Said("followed", "confirmed", first, moment, until)].append((chosen, []))

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
        # Without what incomplete captures taught before it.
        self.rows[at] = row._replace(**{name: getattr(alone, name) for name in Since.__slots__})
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
