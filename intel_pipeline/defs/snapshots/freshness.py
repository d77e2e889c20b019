"""Whether what is known of each target is as new as its cadence promises; looked at by the clock, since no tick may run."""

from collections.abc import Iterator

import dagster as dg

from intel_pipeline.defs.automation.ticks import FRESHNESS, SNAPSHOTS
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.freshness import late, told

ABOUT = (
    "Whether each target's last complete capture is younger than twice its cadence. Red from four times on: by then it is "
    "a stopped session, a target that is gone, or a planner that does not run."
)


@dg.multi_asset_check(
    specs=[dg.AssetCheckSpec(FRESHNESS, asset=asset, description=ABOUT) for asset in SNAPSHOTS.values()]
)
def freshness(pipeline: PipelineResource) -> Iterator[dg.AssetCheckResult]:
    """Look at every surface that is captured."""
    it = pipeline.it
    for surface, asset in SNAPSHOTS.items():
        found = late(it, surface) if surface in it.surfaces else []
        sound = "every target is as new as its cadence" if surface in it.surfaces else "not captured (INTEL_SURFACES)"
        yield dg.AssetCheckResult(
            asset_key=dg.AssetKey(asset),
            check_name=FRESHNESS,
            passed=not found,
            severity=dg.AssetCheckSeverity.ERROR if any(one.act for one in found) else dg.AssetCheckSeverity.WARN,
            description="\n".join(told(one) for one in found) or sound,
            metadata={"targets_late": len(found)},
        )


look = dg.define_asset_job(
    "look_at_freshness",
    selection=dg.AssetSelection.checks(freshness),
    executor_def=dg.in_process_executor,
    description="Looks whether each target was captured as its cadence promises. Asks nothing of Instagram.",
)
