"""The body that the snapshot assets share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
from pydantic import Field

from intel_pipeline.capture.snapshot import contract
from intel_pipeline.capture.tally import Limits, Tally
from intel_pipeline.capture.work import capture_due
from intel_pipeline.defs.columns import of_contract
from intel_pipeline.defs.failing import failing_for_good
from intel_pipeline.defs.lists import list_metadata
from intel_pipeline.defs.marking import CAPTURING, tags
from intel_pipeline.defs.partitions import rounds
from intel_pipeline.defs.reporting import round_metadata
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.snapshots import checks
from intel_pipeline.instagram.errors import TransientError
from intel_pipeline.instagram.source import LISTS, Surface
from intel_pipeline.registry.models import Capture

# After 10, 30 and 70 seconds. Both of Dagster's jitters may take the whole of the first delay away, and ask again at
# once what has just stumbled; the pause between any two requests is random as it is.
RETRIES = dg.RetryPolicy(max_retries=3, delay=10, backoff=dg.Backoff.EXPONENTIAL)


def snapshots(surface: Surface, name: str, *deps: str) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Return the decorator of an asset of that name, which captures a surface of the round that it is run for."""
    return dg.asset(
        partitions_def=rounds,
        group_name="snapshots",
        kinds={"polars", "parquet"},
        owners=CAPTURING,
        tags=tags("instagram", "followers" if surface in LISTS else "targets"),
        pool="instagram",
        retry_policy=RETRIES,
        check_specs=checks.specs(surface, name),
        deps=deps,
    )


class TickConfig(dg.Config):
    """What one tick takes on."""

    targets: list[str] = Field(default=[], description="Labels of targets to capture now; empty means what is due.")
    most: int | None = Field(default=None, description="Most targets; unset means INTEL_TARGETS_PER_TICK.")
    seconds: int | None = Field(default=None, description="Begin no target after; unset means INTEL_TICK_SECONDS.")
    until: str | None = Field(default=None, description="Begin no target after this moment, such as quiet hours.")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a step has captured of a surface: its tally, all captures of the round so far, and what the UI is told of them."""

    tally: Tally
    captures: Sequence[Capture]
    metadata: dict[str, dg.MetadataValue]


def take_snapshots(
    context: dg.AssetExecutionContext, pipeline: PipelineResource, surface: Surface, config: TickConfig
) -> dg.MaterializeResult:
    """Capture what is due of `surface` in the run's round, and report on the round."""
    taken = take(context, pipeline, surface, date.fromisoformat(context.partition_key), config)
    asset = context.asset_key.to_user_string()
    found = list(checks.results(surface, asset, taken.captures))
    return dg.MaterializeResult(metadata=taken.metadata, check_results=found)


def take(
    context: dg.AssetExecutionContext | dg.OpExecutionContext,
    pipeline: PipelineResource,
    surface: Surface,
    day: date,
    config: TickConfig,
) -> Taken:
    """Capture what is due of `surface` in the round of `day`, or the chosen targets. Raises what the step is to fail with."""
    with failing_for_good():
        it = pipeline.it
        limits = Limits(
            most=config.most or it.settings.targets_per_tick,
            seconds=config.seconds or it.settings.tick_seconds,
            targets=tuple(config.targets),
            until=datetime.fromisoformat(config.until) if config.until else None,
            since=asked_at(context),
            last_try=context.retry_number >= RETRIES.max_retries,
        )
        before = it.registry.ledger.newest_number()
        step = max(1, it.settings.followers_per_page * 100)

        def watch(label: str, reading: str, rows: int, reported: int | None) -> None:
            pipeline.watch(label, reading, rows, reported)
            if rows % step == 0:
                context.log.info("%s: %s of %s %s", label, rows, reported, reading)

        tally = capture_due(it, surface, day, limits, watch)
    if tally.unfinished and not limits.last_try:
        labels = ", ".join(tally.unfinished)
        problem = f"the network stumbled over {surface} of {labels}"
        raise TransientError(problem, "nothing: the step is retried and resumes at the next page")
    for label, reason in tally.reasons.items():
        context.log.warning("%s: %s", label, reason)
    captures = it.registry.captures.of_round(day, surface)
    told = round_metadata(tally, captures, it.registry.ledger.spent_after(before))
    if surface in LISTS:
        kinds = sum(one in LISTS for one in it.surfaces)
        told |= list_metadata(it.registry.captures, captures, kinds)
    return Taken(tally, captures, {**told, **of_contract(contract(surface))})


def asked_at(context: dg.AssetExecutionContext | dg.OpExecutionContext) -> datetime | None:
    """Return when the run was asked for; that of the first run, where this one takes the place of one that died.

    Whom somebody has chosen is captured whether it is due or not, but not once more by each retry.
    """
    record = context.instance.get_run_record_by_id(context.run.root_run_id or context.run.run_id)
    return record.create_timestamp.replace(tzinfo=UTC) if record else None
