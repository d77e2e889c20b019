"""What the warehouse knows of targets' followers after the newest capture of each, as the change code wants it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from intel_pipeline.changes.comparison import MEMBER, Listed
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.rows import KEPT, with_since
from intel_pipeline.changes.standing import OPEN_LOSS, Row, Since, brought_up_to_date, nothing_known
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.lake.snapshots import lists_at, trusted
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.writer import Transaction

# Rows as the change code has them; of those missing, how many are so by what is known now.
ROW = list(Row._fields)
SHOWN = ", ".join(f"still_missing as {name}" if name == "missing" else name for name in ROW)
# The rows from the so manieth last complete capture on, all where there are fewer. The heap that finds it costs a quarter
# of numbering all captures of all time.
ROWS = f"""
with asked_since as (
    select target, max(finished_at, $1) filter (where verdict = 'complete') as moments
    from follower_balance semi join asked using (target) group by all
)
select target, verdict, {SHOWN} from follower_balance join asked_since using (target)
where moments is null or len(moments) < $1 or finished_at >= moments[-1]
order by target, finished_at, capture_id
"""  # noqa: S608  our own names
# Who was seen, as some incomplete captures taught; they have not left since.
TAUGHT = """
select user_id, username from open_spans where target = $1 and user_id in (
    select user_id from unnamed_change_log
    where target = $1 and learned_at >= $2 and capture_id in (from asked) and (kind <> 'left' or state = 'retracted')
)
"""
SIGHTED = "select user_id, username from sightings where target = $1 order by seen_at"
# Rows of complete captures, and what came after the last of them: summed up, and the rows of it.
Summed = tuple[tuple[Row, ...], Since, list[Row]]
OPEN_LOSSES = f"""
select target, {", ".join(OPEN_LOSS.names())} from open_losses semi join asked using (target)
order by target, first_capture_id, user_id
"""  # noqa: S608  our own names


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a target's followers, as in Standing, but for the losses.

    `members`: None for the list of the complete capture `before`, where that has not been read. `whole`: they are just
    those of that list, and those that the table `members` holds, so that only what changes has to be written.
    """

    members: Listed | None
    before: CaptureRef | None
    balance: tuple[Row, ...]
    since: Since
    whole: bool

    @property
    def based(self) -> bool:
        """Whether there was a complete capture."""
        return self.before is not None and self.before.complete


def known_of(transaction: Transaction, lake: Lake, targets: Collection[str]) -> dict[str, Known | DamagedFileError]:
    """Return what is known of each target, or why its last complete list cannot be read."""
    rows: dict[str, list[tuple[str, Row]]] = {target: [] for target in targets}
    for target, verdict, row in entered_of(transaction.query(ROWS, KEPT + 2, asked=named(targets))):
        rows[target].append((verdict, row))
    sums = {target: summed(of_target) for target, of_target in rows.items()}
    last = {balance[-1].capture_id for balance, _, _ in sums.values() if balance}
    snapshots = {one.capture_id: str(one.snapshot) for one in lake.registry.finished_among(last)}
    found: dict[str, Known | DamagedFileError] = {}
    for target, (balance, _, later) in sums.items():
        if not balance:
            found[target] = unbased(transaction, target, later)
            continue
        try:
            found[target] = known(transaction, lake, target, sums[target], snapshots[balance[-1].capture_id])
        except DamagedFileError as error:
            found[target] = error
    return found


def entered_of(found: pl.DataFrame) -> Iterator[tuple[str, str, Row]]:
    """Yield target, verdict and what was entered into the balance of each of the rows that ROWS has `found`."""
    # Column by column, which costs a third of what rows of so many values do.
    *values, edges = (found[name].to_list() for name in ROW)
    rows = map(Row._make, zip(*values, map(tuple, edges), strict=True))
    return zip(found["target"].to_list(), found["verdict"].to_list(), rows, strict=True)


def unbased(transaction: Transaction, target: str, later: Sequence[Row]) -> Known:
    """Return what is known of a target before its first complete capture, by the rows of its incomplete ones."""
    first = reference(target, later[0], complete=False) if later else None
    sighted = transaction.query(SIGHTED, target)
    return Known(brought_up_to_date(nothing_known().members, sighted), first, (), Since(), whole=False)


def known(transaction: Transaction, lake: Lake, target: str, total: Summed, snapshot: str) -> Known:
    """Return what is known of a target by what the rows of its balance come to, and its last complete list.

    Raises DamagedFileError where that list cannot be read, as far as that is seen without reading it.
    """
    balance, since, later = total
    last = balance[-1]
    taught = []
    if later:
        asked = pl.DataFrame({"capture_id": [row.capture_id for row in later]})
        taught = transaction.rows(TAUGHT, target, later[0].finished_at, asked=asked)
    before = reference(target, last, complete=True)
    if not taught:
        snapshot_file.counted(lake.folder, snapshot)
        return Known(None, before, balance, since, whole=True)
    listed = trusted(lists_at(lake.folder, {snapshot: last.listed}, [*MEMBER])[snapshot])
    shown = pl.DataFrame(taught, schema={"user_id": pl.Int64(), "username": pl.String()}, orient="row")
    return Known(brought_up_to_date(listed, shown), before, balance, since, whole=False)


def summed(rows: Sequence[tuple[str, Row]]) -> Summed:
    """Return the rows of complete captures, each with what incomplete ones taught before it, and what came after.

    That summed up, and the rows of it.
    """
    balance, since, later = list[Row](), Since(), list[Row]()
    for verdict, row in rows:
        if verdict == "complete":
            balance.append(with_since(row, since) if later else row)
            since, later = Since(), []
        else:
            since, later = since.plus(row), [*later, row]
    return tuple(balance[-KEPT - 1 :]), since, later


def reference(target: str, row: Row, *, complete: bool) -> CaptureRef:
    """Return the capture that a row of the balance is about."""
    return CaptureRef(
        row.capture_id, target, row.started_at, row.finished_at, complete, row.listed, row.reported, row.moved
    )


def open_losses(transaction: Transaction, targets: Collection[str]) -> pl.DataFrame:
    """Return the losses that are suspected: `target` and OPEN_LOSS."""
    schema = pl.Schema({"target": pl.String(), **OPEN_LOSS})
    return transaction.query(OPEN_LOSSES, asked=named(targets)).select(*schema).cast(schema)


def named(targets: Collection[str]) -> pl.DataFrame:
    """Return the targets as a frame that a query can be asked with."""
    return pl.DataFrame({"target": sorted(targets)}, schema={"target": pl.String()})
