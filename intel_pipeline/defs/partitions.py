"""Rounds: one day each, and no name of anybody in any key."""

import dagster as dg

from intel_pipeline.settings import load_settings

# end_offset: today's round exists while today lasts; without it, it would appear tomorrow.
rounds = dg.DailyPartitionsDefinition(
    start_date=load_settings().first_round.isoformat(), timezone="UTC", fmt="%Y-%m-%d", end_offset=1
)
