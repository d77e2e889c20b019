"""What publishes by itself: a condition on `publication`, and the sensor that asks it."""

import warnings
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg

from intel_pipeline.settings import load_settings
from intel_pipeline.warehouse.staleness import Situation, due

# Under which a publication tells when it began to read the warehouse.
BEGAN = "began"


class Outdated(dg.AutomationCondition[dg.AssetKey]):
    """True where a dependency was updated since the last publication began, once in INTEL_PUBLISH_MINUTES.

    Dagster's own conditions remember what they have seen: of an update and a request in one evaluation they forget one,
    and of partitions they see the latest. This one compares times in the event log, of whichever partition. Its cursor
    is when it was true last.
    """

    @property
    def name(self) -> str:
        """What the UI calls it."""
        return "outdated"

    @property
    def description(self) -> str:
        """What the UI says of it."""
        return (
            "updated since the last publication began, INTEL_PUBLISH_MINUTES after the last; never in a demo's folder"
        )

    def evaluate(self, context: dg.AutomationContext[dg.AssetKey]) -> dg.AutomationResult[dg.AssetKey]:
        """Look at the newest event of the asset and of each dependency: one query, however long the history."""
        from intel_pipeline.demo.world_file import told

        settings = load_settings()
        now = context.evaluation_time.astimezone(UTC)
        deps = context.asset_graph.get(context.key).parent_keys
        newest = newest_of(context.asset_graph_view.instance, [context.key, *deps])
        seen = Situation(
            now=now,
            updated=[moment(newest[key].timestamp) for key in deps if key in newest],
            begun=begun(newest.get(context.key)),
            asked=datetime.fromisoformat(context.cursor) if isinstance(context.cursor, str) else None,
        )
        # A demo's commands publish; what the daemon did besides would wait for nothing but get in their way.
        asks = not told(settings) and due(seen, timedelta(minutes=settings.publish_minutes))
        return dg.AutomationResult(
            context,
            context.candidate_subset if asks else context.get_empty_subset(),
            cursor=now.isoformat() if asks else context.cursor,
        )


def newest_of(instance: dg.DagsterInstance, keys: list[dg.AssetKey]) -> Mapping[dg.AssetKey, dg.EventLogEntry]:
    """Return the newest materialization of each asset that has one, of whichever partition."""
    entries = [record.asset_entry for record in instance.get_asset_records(keys)]
    return {entry.asset_key: entry.last_materialization for entry in entries if entry.last_materialization}


def begun(event: dg.EventLogEntry | None) -> datetime | None:
    """Return when a publication began to read the warehouse; None of one that does not tell."""
    told = event.asset_materialization.metadata.get(BEGAN) if event and event.asset_materialization else None
    return moment(told.value) if isinstance(told, dg.TimestampMetadataValue) else None


def moment(timestamp: float) -> datetime:
    """Return an event's time."""
    return datetime.fromtimestamp(timestamp, UTC)


# In this order: ours is evaluated every time, and keeps its cursor. Where it asks while a publication goes on, it asks
# again after the pause.
OUTDATED = Outdated() & ~dg.AutomationCondition.in_progress()

# Evaluated in the code server, which alone knows a condition of our own; Dagster calls that beta at every import.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)
    publisher = dg.AutomationConditionSensorDefinition(
        "publisher",
        target=dg.AssetSelection.assets("publication"),
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        use_user_code_server=True,
        description="Publishes what ticks, backfills and settling have changed, once in INTEL_PUBLISH_MINUTES at most.",
    )
