"""The feed of changes over all targets: what is asked of it, and its rows with names."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from intel_pipeline.web.keyset import Place
from intel_pipeline.web.problems import Problem
from intel_pipeline.web.publication import Reading

Kind = Literal["followed", "refollowed", "revealed", "left", "renamed", "profile", "counts"]
State = Literal["confirmed", "suspected", "retracted"]
OF_FOLLOWERS = ("followed", "refollowed", "revealed", "left", "renamed")
COLUMNS = (
    "not_before", "not_after", "target", "kind", "state", "username", "before", "after", "user_id", "reason", "change_id",
)  # fmt: skip
# A file is made of so many at a time: with names, that is what the reader's memory bears.
PIECE = 5_000
# By a name that more than these bear, too much would be found for anybody to look through.
BEARERS = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; None is everything. Days are UTC, both included, of the moment until which a change happened."""

    target: str | None = None
    kind: Kind | None = None
    state: State | None = None
    since: date | None = None
    until: date | None = None
    name: str | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of the feed's queries."""
        return {
            "target": self.target,
            "kind": self.kind,
            "state": self.state,
            "since": self.since and midnight(self.since),
            "before": self.until and midnight(self.until + timedelta(days=1)),
        }


def midnight(day: date) -> datetime:
    """Return when a day begins."""
    return datetime.combine(day, time(), UTC)


def page_of(reading: Reading, asked: Asked, after: Place | None, most: int) -> list[dict[str, Any]]:
    """Return `most` changes (COLUMNS), newest first, older than the place `after`; raise Problem 422 for half of a name.

    What it costs does not grow with how many changes there are: 1.1 million of 200 targets take 60 ms of CPU.
    """
    values = asked.values | {"after_at": after and after.at, "after_id": after and after.id, "most": most}
    if asked.name is None:
        return named(reading, reading.rows("changes/page", **values))
    target = values.pop("target")
    bearers = reading.rows("changes/bearers", part=asked.name, target=target, most=BEARERS + 1)
    if len(bearers) > BEARERS:
        raise Problem(422, f"More than {BEARERS:,} followers bear '{asked.name}'", "write more of the name")
    targets, user_ids = [row["target"] for row in bearers], [row["user_id"] for row in bearers]
    return named(reading, reading.rows("changes/named", **values, targets=targets, user_ids=user_ids))


def all_of(reading: Reading, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yield all changes that are asked for, newest first, without holding them."""
    after = None
    while rows := page_of(reading, asked, after, PIECE):
        yield from rows
        after = Place(rows[-1]["not_after"], rows[-1]["change_id"])


def named(reading: Reading, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return changes with the names of the followers whom they are about, None for those of profiles."""
    about = [row for row in rows if row["kind"] in OF_FOLLOWERS]
    who = {"targets": list({row["target"] for row in about}), "user_ids": list({row["user_id"] for row in about})}
    newest: dict[tuple[str, int], str] = {}
    later: dict[tuple[str, int], list[tuple[datetime, str]]] = defaultdict(list)
    if about:
        newest = {(row["target"], row["user_id"]): row["username"] for row in reading.rows("changes/names", **who)}
    if any(row["kind"] == "renamed" for row in about):
        for one in reading.rows("changes/renames", **who):
            later[one["target"], one["user_id"]].append((one["learned_at"], one["previous_username"]))
    return [one_named(row, newest, later) for row in rows]


def one_named(
    row: dict[str, Any],
    newest: dict[tuple[str, int], str],
    later: dict[tuple[str, int], list[tuple[datetime, str]]],
) -> dict[str, Any]:
    """Return a change as COLUMNS; of a rename, the name after it is the one before the next, or the newest."""
    key = row["target"], row["user_id"]
    username = newest.get(key) if row["kind"] in OF_FOLLOWERS else None
    after = row["value_after"]
    if row["kind"] == "renamed":
        names = [(moment, name) for moment, name in later[key] if moment > row["learned_at"]]
        after = username = min(names)[1] if names else username
    return {**row, "username": username, "before": row["value_before"], "after": after}


def days_of(reading: Reading, asked: Asked) -> list[dict[str, Any]]:
    """Return how many changes there were by day, kind and state; of those who bear a name it is not counted."""
    return [] if asked.name else reading.rows("changes/days", **asked.values)
