"""The Dagster side, assembled; reads like a table of contents."""

import dagster as dg

from intel_pipeline.defs import changes, marts, snapshots
from intel_pipeline.defs import upkeep as keeping
from intel_pipeline.defs.automation.planner import planner
from intel_pipeline.defs.automation.publishing import publisher
from intel_pipeline.defs.automation.schedules import daily_round, daily_upkeep, freshness_look
from intel_pipeline.defs.automation.ticks import tick
from intel_pipeline.defs.automation.upkeep import upkeep
from intel_pipeline.defs.by_hand.capturing import capture_now
from intel_pipeline.defs.by_hand.rebuilding import rebuild_changes
from intel_pipeline.defs.by_hand.verification import verify
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.snapshots.freshness import freshness, look

defs = dg.Definitions(
    assets=[
        # What Instagram shows now, one round a day.
        *dg.load_assets_from_package_module(snapshots),
        # What that teaches: a pure function of lake and registry, so any past round can be re-run.
        *dg.load_assets_from_package_module(changes),
        # What readers open.
        *dg.load_assets_from_package_module(marts),
        # What is kept for how long.
        *dg.load_assets_from_package_module(keeping),
    ],
    asset_checks=[freshness],
    # By the clock, and by hand.
    jobs=[tick, upkeep, look, capture_now, rebuild_changes, verify],
    schedules=[daily_round, daily_upkeep, freshness_look],
    sensors=[planner, publisher],
    # A run from the UI in one process too: each step in a process of its own costs five times as much in imports.
    executor=dg.in_process_executor,
    resources={"pipeline": PipelineResource()},
)
