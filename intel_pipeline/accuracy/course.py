"""A target's captures in memory, each judged and learned from as the pipeline does."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from intel_pipeline.accuracy.reading import Reading
from intel_pipeline.capture.gap import LEARNED_FROM, Band, nearest_gap
from intel_pipeline.capture.history import Past
from intel_pipeline.capture.lacking import Earlier, judged
from intel_pipeline.changes.comparison import listing
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.followers import learn
from intel_pipeline.changes.rows import kept_promises, needed, weighed
from intel_pipeline.changes.standing import Row, Standing, nothing_known
from intel_pipeline.contracts.change import FOLLOWER_CHANGE


@dataclass(slots=True)
class Course:
    """What has been captured so far, oldest first, and what each capture taught.

    `standings`: what was known before each capture, and after the last one. `promises`: at each capture, k for those who
    went missing at each of the rows that are weighed; None where nothing is known of it.
    """

    refs: list[CaptureRef] = field(default_factory=list)
    earlier: list[Earlier] = field(default_factory=list)
    lists: list[pl.DataFrame] = field(default_factory=list)
    lessons: list[pl.DataFrame] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=lambda: [nothing_known()])
    promises: list[list[int | None] | None] = field(default_factory=list)

    def take(self, reading: Reading) -> None:
        """Judge a list, learn from it, and learn again from those held back that it releases."""
        capture_id = f"{len(self.refs):04}"
        found = judged(capture_id, reading.evidence, since_complete(self.earlier), reading.rows, reading.finished_at)
        counts = reading.evidence.reported
        gap = nearest_gap(reading.evidence.distinct, counts, found.band or Band(0, 0)) if counts else None
        self.refs.append(
            CaptureRef(
                capture_id=capture_id,
                target="tried",
                started_at=reading.started_at,
                finished_at=reading.finished_at,
                complete=found.verdict == "complete",
                listed=reading.evidence.distinct,
                reported=sum(counts) / len(counts) if counts else None,
                moved=max(counts) - min(counts) if counts else 0,
            )
        )
        self.lists.append(listing(reading.rows.lazy()).collect())
        limits = found.missing_count, found.missing_limit
        self.earlier.append(
            Earlier(
                capture_id=capture_id,
                past=Past(reading.finished_at, found.verdict, gap, found.band, *limits),
                held=found.held,
                listed=reading.evidence.distinct,
                lacked=found.missing_count or 0,
                members=lambda: reading.rows,
            )
        )
        first = len(self.refs) - 1
        for resolution in found.resolved:
            number = int(resolution.capture_id)
            one = self.earlier[number]
            self.earlier[number] = replace(one, held=False, past=replace(one.past, verdict=resolution.verdict))
            if resolution.verdict == "complete":
                self.refs[number] = replace(self.refs[number], complete=True)
                first = min(first, number)
        self.learn_from(first)

    def learn_from(self, first: int) -> None:
        """Learn from the captures from number `first` on."""
        del self.lessons[first:], self.standings[first + 1 :], self.promises[first:]
        for capture, listed in zip(self.refs[first:], self.lists[first:], strict=True):
            lesson = learn(self.standings[-1], capture, listed.lazy())
            self.lessons.append(lesson.changes)
            self.standings.append(lesson.standing)
            # Now, while what these rows come to has just been worked out.
            self.promises.append(promised(lesson.standing.balance))

    def log(self) -> pl.DataFrame:
        """Return everything that was learned, FOLLOWER_CHANGE, in the order in which it was."""
        return pl.concat([pl.DataFrame(schema=FOLLOWER_CHANGE), *self.lessons])


def since_complete(earlier: Sequence[Earlier]) -> Sequence[Earlier]:
    """Return those from the LEARNED_FROM-th last complete one on, as the registry does."""
    complete = [number for number, one in enumerate(earlier) if one.past.verdict == "complete"]
    return earlier[complete[-LEARNED_FROM] :] if len(complete) >= LEARNED_FROM else earlier


def promised(balance: Sequence[Row]) -> list[int | None] | None:
    """Return k for those who went missing at each row of a balance that is weighed, as it is at the last of them."""
    # Where no loss was ripe nobody asked how many counts are needed: as many as the last time.
    counts = next((row.counts for row in reversed(balance) if row.counts is not None), None)
    if counts is None:
        return None
    found = weighed(balance)
    return kept_promises(needed(found.rows, balance[-1].flicker, counts), found)
