"""Who arrived and who went missing in a target's history, and which of these are the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from intel_pipeline.changes.arrivals import NOWHERE
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.losses import Cohort
from intel_pipeline.changes.standing import LOST, OPEN_LOSS

if TYPE_CHECKING:
    from intel_pipeline.changes.taught import Array

# After every capture.
NEVER = 2**31 - 1


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
        self.renamed, self.renamed_from = renamed["user_id"].to_numpy(), renamed["previous_username"]
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

    def renamed_at(self, at: int) -> "tuple[Array, list[str]]":
        """Return those who are in both lists by different names, and their names in the one before."""
        start, stop = int(self.renamed_starts[at]), int(self.renamed_starts[at + 1])
        return self.renamed[start:stop], self.renamed_from.slice(start, stop - start).to_list()

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
