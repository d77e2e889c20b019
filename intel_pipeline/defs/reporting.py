"""What runs tell the UI: numbers, which it plots, and a table of targets by their labels. Nobody's followers."""

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from intel_pipeline.capture.tally import Tally
from intel_pipeline.defs.columns import of_table
from intel_pipeline.defs.partitions import rounds
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


def round_metadata(tally: Tally, captures: Sequence[Capture], requests: int) -> dict[str, dg.MetadataValue]:
    """Return how the round stands after a tick, with what the tick itself spent."""
    # Who was captured more than once counts by the last time.
    newest = {capture.target: capture for capture in captures}
    complete = sum(capture.verdict == "complete" for capture in newest.values())
    metadata: dict[str, dg.MetadataValue] = {
        "dagster/partition_row_count": dg.MetadataValue.int(sum(capture.distinct_count or 0 for capture in captures)),
        "targets_captured": dg.MetadataValue.int(len(newest)),
        "targets_complete": dg.MetadataValue.int(complete),
        "targets_not_complete": dg.MetadataValue.int(len(newest) - complete),
        "targets_left": dg.MetadataValue.int(tally.due - len(tally.verdicts)),
        "pages": dg.MetadataValue.int(sum(capture.page_count or 0 for capture in captures)),
        "requests_of_this_tick": dg.MetadataValue.int(requests),
        "verdicts": verdict_table(captures),
    }
    if tally.stopped:
        metadata["stopped"] = dg.MetadataValue.text(tally.stopped)
    if tally.unfinished:
        metadata["interrupted"] = dg.MetadataValue.text(f"resume with the next tick: {', '.join(tally.unfinished)}")
    if tally.busy:
        metadata["left_alone"] = dg.MetadataValue.text(
            f"captured by another run at this moment: {', '.join(tally.busy)}"
        )
    return metadata


def verdict_table(captures: Sequence[Capture]) -> dg.TableMetadataValue:
    """Return each target's verdict with the counts and the reasons."""
    columns = [
        dg.TableColumn("target"),
        dg.TableColumn("verdict"),
        dg.TableColumn("listed", "int"),
        dg.TableColumn("reported", "int"),
        dg.TableColumn("pages", "int"),
        dg.TableColumn("reasons"),
    ]
    records = [
        dg.TableRecord(
            {
                "target": capture.target,
                "verdict": capture.verdict or "",
                "listed": capture.distinct_count or 0,
                "reported": capture.reported_after or 0,
                "pages": capture.page_count or 0,
                "reasons": "; ".join(capture.reasons),
            }
        )
        for capture in captures
    ]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns))


def derived(name: str, *deps: str) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Return the decorator of an asset of that name, which derives what the snapshots of a round teach."""
    return dg.asset(
        partitions_def=rounds,
        group_name="changes",
        kinds={"polars", "duckdb"},
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
    numbers: dict[str, dg.MetadataValue] = {
        name.replace(" ", "_"): dg.MetadataValue.int(number) for name, number in landed.numbers.items()
    }
    return dg.MaterializeResult(metadata={**numbers, **of_table(asset, landed.columns)}, check_results=[check])
