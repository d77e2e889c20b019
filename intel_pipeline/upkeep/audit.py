"""The audit, which tells of people as well: kept for as long as somebody may have to look something up."""

from datetime import datetime, timedelta

from intel_pipeline.pipeline import Pipeline


def forget(pipeline: Pipeline, now: datetime, *, dry_run: bool = False) -> int:
    """Remove entries that are older than the settings' days, and return how many; `dry_run`: only tell.

    `now`: the machine's time, also where a pipeline is of a simulated world, whose people are real.
    """
    before = now - timedelta(days=pipeline.settings.audit_days)
    audit = pipeline.registry.audit
    return audit.older(before) if dry_run else audit.forget(before)
