"""A small world for trials: one of each kind of target and of login that a client has to cope with."""

from datetime import datetime

from intel_pipeline.clock import Clock
from intel_pipeline.simulator.specs import TargetSpec, ViewerSpec
from intel_pipeline.simulator.world import World

TARGETS = (
    TargetSpec(
        label="open", username="tide.tables", full_name="Tide Tables 🌊", followers=230, posts=60, is_verified=True
    ),
    TargetSpec(label="friendly", username="spruce.hollow", is_private=True, followers=130, posts=30),
    TargetSpec(label="closed", username="locked.orchard", is_private=True, followers=90, posts=10),
    TargetSpec(label="renaming", username="first.light", followers=60, posts=5, renames_on=((2, "second.light"),)),
    TargetSpec(label="vanishing", username="brief.candle", followers=60, posts=5, vanishes_on=2),
    TargetSpec(label="empty", username="blank.page", followers=0, followees=0, posts=0, follows_per_day=0.5),
)
SEES = frozenset({"friendly"})
PLAIN = ViewerSpec("plain.viewer", "plain-secret", full_name="Plain Viewer", sees=SEES)
CODED = ViewerSpec("coded.viewer", "coded-secret", sees=SEES, code="246810")
TIMED = ViewerSpec("timed.viewer", "timed-secret", sees=SEES, totp_key="JBSWY3DPEHPK3PXP")
STOPPED = ViewerSpec("stopped.viewer", "stopped-secret", checkpoint=True)
VIEWERS = (PLAIN, CODED, TIMED, STOPPED)


def trial_world(seed: int, start: datetime, clock: Clock) -> World:
    """Return a world of `TARGETS` and `VIEWERS` as of `start`; nobody sees the target `closed`."""
    return World(seed, start, clock, TARGETS, VIEWERS)
