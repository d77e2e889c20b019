"""What runs tell the UI: numbers, which it plots, and a table of targets by their labels. Nobody's followers."""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from intel_pipeline.capture.tally import Tally
from intel_pipeline.defs.columns import of_table
from intel_pipeline.defs.marking import READING, tags
from intel_pipeline.defs.partitions import rounds
from intel_pipeline.registry.ledger import Spent
from intel_pipeline.registry.models import Capture

if TYPE_CHECKING:
    from intel_pipeline.warehouse.landing.registers import Landed

READABLE_CHECK = "snapshots_readable"


def check_spec(name: str, asset: str, about: str) -> dg.AssetCheckSpec:
    """Return the spec of a check on an asset, one result per round.

    Without its partitions Dagster leaves a planned row beside every real one for ever; with them it warns that the
    parameter is in preview, which is no reader's concern.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(name, asset=asset, description=about, partitions_def=rounds)


def round_metadata(tally: Tally, captures: Sequence[Capture], spent: Spent) -> dict[str, dg.MetadataValue]:
    """Return how the round stands after a tick, with what the tick itself spent."""
    newest = newest_of(captures)
    complete = sum(capture.verdict == "complete" for capture in newest)
    shown = worth_showing(tally, newest)
    metadata: dict[str, dg.MetadataValue] = {
        "dagster/partition_row_count": dg.MetadataValue.int(sum(capture.distinct_count or 0 for capture in captures)),
        "targets_captured": dg.MetadataValue.int(len(newest)),
        "targets_complete": dg.MetadataValue.int(complete),
        "targets_not_complete": dg.MetadataValue.int(len(newest) - complete),
        "targets_left": dg.MetadataValue.int(tally.due - len(tally.verdicts)),
        "pages": dg.MetadataValue.int(sum(capture.page_count or 0 for capture in captures)),
        "requests_of_this_tick": dg.MetadataValue.int(spent.requests),
        "throttled_in_this_tick": dg.MetadataValue.int(spent.throttled),
        "seconds_waited_in_this_tick": dg.MetadataValue.float(round(spent.waited, 1)),
        "verdicts": verdict_table([capture for capture in captures if capture.target in shown]),
    }
    if others := len(newest) - len(shown):
        metadata["verdicts_of_others"] = dg.MetadataValue.text(
            f"complete: the other {others}; `intel-pipeline captures list` shows them"
        )
    if tally.stopped:
        metadata["stopped"] = dg.MetadataValue.text(tally.stopped)
    if tally.unfinished:
        metadata["interrupted"] = dg.MetadataValue.text(f"resume with the next tick: {', '.join(tally.unfinished)}")
    if tally.busy:
        metadata["left_alone"] = dg.MetadataValue.text(
            f"captured by another run at this moment: {', '.join(tally.busy)}"
        )
    return metadata


def newest_of(captures: Sequence[Capture]) -> Sequence[Capture]:
    """Return the last capture of each target, of captures that are the oldest first."""
    return list({capture.target: capture for capture in captures}.values())


def worth_showing(tally: Tally, newest: Sequence[Capture]) -> set[str]:
    """Return the targets of this tick, and those of the round that are not complete.

    With all of them, what Dagster keeps of a day would grow with the square of the number of targets.
    """
    return {one.target for one in newest if one.target in tally.verdicts or one.verdict != "complete"}


def verdict_table(captures: Sequence[Capture]) -> dg.TableMetadataValue:
    """Return each target's verdict with the counts and the reasons."""
    types = {"target": "string", "verdict": "string", "listed": "int", "reported": "int", "pages": "int"}
    rows = [
        (
            capture.target,
            capture.verdict or "",
            capture.distinct_count or 0,
            capture.reported_after or 0,
            capture.page_count or 0,
            "; ".join(capture.reasons),
            # What `intel-pipeline captures show` takes, with --pages for what Instagram sent.
            capture.capture_id,
        )
        for capture in captures
    ]
    return table({**types, "reasons": "string", "capture_id": "string"}, rows)


def table(types: Mapping[str, str], rows: Iterable[Sequence[str | int]]) -> dg.TableMetadataValue:
    """Return rows as a table of the UI; `types`: of each column, by its name."""
    records = [dg.TableRecord(dict(zip(types, row, strict=True))) for row in rows]
    columns = [dg.TableColumn(name, kind) for name, kind in types.items()]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns))


def telling(context: dg.OpExecutionContext) -> Callable[[int, int, str], None]:
    """Return what writes into a run's log how many of how many captures are done, and of which surface the next are."""

    def told(done: int, number: int, surface: str) -> None:
        context.log.info("%s of %s captures: %s", done, number, surface)

    return told


def derived(name: str, *deps: str) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Return the decorator of an asset of that name, which derives what the snapshots of a round teach."""
    return dg.asset(
        partitions_def=rounds,
        group_name="changes",
        kinds={"polars", "duckdb"},
        owners=READING,
        tags=tags("lake", "followers" if name.startswith("follow") else "targets"),
        pool="warehouse",
        check_specs=[check_spec(READABLE_CHECK, name, "Whether every snapshot of the round could be read.")],
        deps=deps,
    )


def derived_result(asset: str, landed: "Landed") -> dg.MaterializeResult:
    """Return what a derived asset came to: numbers that can be plotted, and a check that fails on damaged snapshots."""
    check = dg.AssetCheckResult(
        asset_key=dg.AssetKey(asset),
        check_name=READABLE_CHECK,
        passed=not landed.unreadable,
        severity=dg.AssetCheckSeverity.ERROR,
        description="\n".join(landed.unreadable) or "every snapshot of the round could be read",
    )
    return dg.MaterializeResult(metadata=derived_metadata(asset, landed), check_results=[check])


def derived_metadata(asset: str, landed: "Landed") -> dict[str, dg.MetadataValue]:
    """Return what the UI is told of a derived asset: its numbers, and the columns of its table."""
    numbers = {name.replace(" ", "_"): dg.MetadataValue.int(number) for name, number in landed.numbers.items()}
    return {**numbers, **of_table(asset, landed.columns)}
