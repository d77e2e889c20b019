"""The upkeep: one run a day that packs and forgets, away from the ticks."""

import dagster as dg

upkeep = dg.define_asset_job(
    "upkeep",
    selection=dg.AssetSelection.groups("upkeep"),
    executor_def=dg.in_process_executor,
    description="Packs raw pages of finished captures into the lake, and removes those that are kept no longer.",
)
