"""What keeps the data folder small, on the operator's word; the schedule `daily_upkeep` does the same."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json
from intel_pipeline.clock import SystemClock
from intel_pipeline.upkeep import audit
from intel_pipeline.upkeep.raw_pages import Tidied, tidy
from intel_pipeline.upkeep.run_logs import Forgotten, forget

if TYPE_CHECKING:
    from intel_pipeline.defs.pruning import Pruned


def upkeep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    as_json: AsJson = False,
) -> None:
    """Pack the pages of captures that finished before today, and remove what is kept no longer.

    Pages are what Instagram sent, word for word. They serve to look at what a capture rests on, and to read it anew
    after Instagram has changed; snapshots and changes do not need them. INTEL_RAW_PAGES_DAYS says for how many days
    they are kept (30), 0 removes them as soon as their capture is finished. A capture that goes on is never touched.
    What Dagster's runs have printed is removed after INTEL_RUN_LOGS_DAYS (30), the runs themselves after
    INTEL_RUN_EVENTS_DAYS (30); what Dagster shows of rounds, assets and checks stays. Entries of the audit are removed
    after INTEL_AUDIT_DAYS (365).
    The schedule `daily_upkeep` does this every day; without Dagster's daemon, do it yourself now and then.
    """
    from intel_pipeline.defs.pruning import prune_folder

    with opened() as pipeline:
        told = tidy(pipeline, dry_run=dry_run)
        logs = forget(pipeline, dry_run=dry_run)
        runs = prune_folder(pipeline.settings, dry_run=dry_run)
        entries = audit.forget(pipeline, SystemClock().now(), dry_run=dry_run)
        days = pipeline.settings.raw_pages_days
    if as_json:
        others = {"run_logs": asdict(logs), "run_events": asdict(runs), "audit_removed": entries}
        print_json(asdict(told) | others | {"dry_run": dry_run})
        return
    for line in lines(told, logs, runs, dry_run=dry_run):
        out.print(line)
    out.print(f"audit: {entries:,} entries {'would be ' if dry_run else ''}removed")
    for name, reason in told.left.items():
        err.print(f"[yellow]left alone:[/] {plain(name)}: {plain(reason)}")
    kept = f"for {days} days" if days else "not at all"
    err.print(f"Pages of finished captures are kept {kept} (INTEL_RAW_PAGES_DAYS)")


def lines(told: Tidied, logs: Forgotten, runs: "Pruned", *, dry_run: bool) -> list[str]:
    """Return what was done in words."""
    would = "would be " if dry_run else ""
    became = "" if dry_run else f", now {told.became_bytes:,}"
    return [
        f"{would}packed:  {told.packed:,} captures, {told.packed_bytes:,} bytes{became}",
        f"{would}removed: {told.removed:,} captures, {told.removed_bytes:,} bytes",
        f"in journals: {told.going_on:,} captures that go on, {told.waiting:,} of today, packed from tomorrow on",
        f"run logs: {logs.removed:,} {would}removed, {logs.removed_bytes:,} bytes; {logs.kept:,} kept",
        f"runs: {runs.removed:,} {would}removed, {runs.removed_bytes:,} bytes; {runs.kept:,} kept",
    ]
