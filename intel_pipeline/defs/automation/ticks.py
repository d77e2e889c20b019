"""The tick: one bounded run that takes snapshots of what is due and derives what they teach."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dagster as dg

from intel_pipeline.instagram.source import Surface

# The asset that each surface's captures belong to, in the order in which a tick takes them.
SNAPSHOTS: dict[Surface, str] = {
    "profile": "profile_snapshots",
    "followers": "follower_snapshots",
    "followees": "followee_snapshots",
    "posts": "post_snapshots",
}

# Why nothing is asked for by itself there.
DEMO = "this data folder holds a demo: its days pass with `intel-pipeline demo --resume`"
# The check that is no tick's: where none runs, somebody has to say so.
FRESHNESS = "freshness"

# In one process: each step in a process of its own costs five times as much in imports.
tick = dg.define_asset_job(
    "tick",
    selection=dg.AssetSelection.groups("snapshots", "changes")
    - dg.AssetSelection.checks(*(dg.AssetCheckKey(dg.AssetKey(asset), FRESHNESS) for asset in SNAPSHOTS.values())),
    executor_def=dg.in_process_executor,
    description="Captures the most overdue targets of the open round and derives what changed.",
)


def run_config(targets: Sequence[str] = (), until: datetime | None = None) -> dict[str, Any]:
    """Return the run config of a tick for chosen targets, none meaning what is due, that begins none after `until`."""
    config: dict[str, Any] = {"targets": list(targets)}
    if until is not None:
        config["until"] = until.isoformat()
    return {"ops": {asset: {"config": config} for asset in SNAPSHOTS.values()}}
