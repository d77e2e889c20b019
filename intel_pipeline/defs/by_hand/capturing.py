"""Capturing chosen targets now."""

from datetime import date
from typing import Any

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventType
from pydantic import Field

from intel_pipeline.clock import today
from intel_pipeline.defs.automation.ticks import SNAPSHOTS
from intel_pipeline.defs.failing import failing_for_good
from intel_pipeline.defs.marts.publication import published
from intel_pipeline.defs.reporting import derived_metadata
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.snapshots import checks
from intel_pipeline.defs.snapshots.taking import RETRIES, TickConfig, take
from intel_pipeline.errors import SettingsError
from intel_pipeline.instagram.source import Surface

EVALUATED = DagsterEventType.ASSET_CHECK_EVALUATION.value


class Chosen(dg.Config):
    """Whom to capture, and what of them."""

    labels: list[str] = Field(description='Labels of targets, for example ["nasa"]: `intel-pipeline targets list`.')
    surfaces: list[str] = Field(
        default=[], description='Only these, for example ["profile"]; without any, all that INTEL_SURFACES says.'
    )


@dg.op
def todays_round(pipeline: PipelineResource, config: Chosen) -> str:
    """Return the day of the round, once it is certain that the targets are there."""
    with failing_for_good():
        # Of nobody in particular a tick takes whatever is due, which is not what was asked for.
        if not config.labels:
            problem = "no target is named"
            raise SettingsError(problem, 'write labels: ["nasa"], or launch `tick`, which captures what is due')
        for label in config.labels:
            pipeline.it.registry.targets.get(label)
        if others := sorted({*config.surfaces} - {*pipeline.it.surfaces}):
            problem = f"{', '.join(others)} cannot be captured here"
            raise SettingsError(problem, f"these can (INTEL_SURFACES): {', '.join(pipeline.it.surfaces)}")
        return today(pipeline.it.clock).isoformat()


def capturing(surface: Surface, asset: str) -> dg.OpDefinition:
    """Return the op that captures a surface of the chosen targets, whether they were captured today or not.

    One for each: what a retry does again is the surface that the network stumbled over, not those before it.
    """

    @dg.op(name=f"capture_{surface}", pool="instagram", retry_policy=RETRIES)
    def capture(context: dg.OpExecutionContext, pipeline: PipelineResource, config: Chosen, day: str) -> str:
        if config.surfaces and surface not in config.surfaces:
            return day
        labels = [pipeline.it.registry.targets.get(label).label for label in config.labels]
        taken = take(context, pipeline, surface, date.fromisoformat(day), TickConfig(targets=labels))
        context.log_event(dg.AssetMaterialization(asset, metadata=taken.metadata, partition=day))
        for result in checks.results(surface, asset, taken.captures):
            # As of this run: of no run in particular, Dagster stores one evaluation a day, and raises at the second.
            evaluation = evaluated(result, asset, day)
            event = DagsterEvent(EVALUATED, job_name=context.job_name, event_specific_data=evaluation)
            context.instance.report_dagster_event(event, run_id=context.run_id)
        return day

    return capture


def evaluated(result: dg.AssetCheckResult, asset: str, day: str) -> dg.AssetCheckEvaluation:
    """Return a check's result as of a round; a step that is no asset's cannot yield it."""
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(asset),
        check_name=str(result.check_name),
        passed=result.passed,
        severity=result.severity,
        description=result.description,
        metadata=result.metadata,
        partition=day,
    )


CAPTURES = [capturing(surface, asset) for surface, asset in SNAPSHOTS.items()]


@dg.op(pool="warehouse")
def derive_and_publish(context: dg.OpExecutionContext, pipeline: PipelineResource, day: str) -> None:
    """Derive what the round teaches by now, and publish it."""
    from intel_pipeline.warehouse import derive

    with failing_for_good():
        for asset, derived in (
            ("profile_changes", derive.derive_profiles),
            ("follower_changes", derive.derive_followers),
            ("followees", derive.derive_followees),
            ("post_metrics", derive.derive_posts),
        ):
            landed = derived(pipeline.it, date.fromisoformat(day))
            for line in landed.unreadable:
                context.log.warning("%s", line)
            metadata = derived_metadata(asset, landed)
            context.log_event(dg.AssetMaterialization(asset, metadata=metadata, partition=day))
        context.log_event(dg.AssetMaterialization("publication", metadata=published(pipeline.it)))


@dg.config_mapping
def chosen_targets(config: Chosen) -> dict[str, Any]:
    """Tell every step of the same targets and surfaces."""
    chosen = {"labels": config.labels, "surfaces": config.surfaces}
    return {"ops": {op.name: {"config": chosen} for op in (todays_round, *CAPTURES)}}


@dg.job(
    executor_def=dg.in_process_executor,
    config=chosen_targets,
    description='Captures the targets that you name, as in `labels: ["nasa"]`, once more if they were today, derives what '
    "changed and publishes it. Requests count against the budget as ever.",
)
def capture_now() -> None:
    """Capture chosen targets."""
    day = todays_round()
    for capture in CAPTURES:
        day = capture(day)
    derive_and_publish(day)
