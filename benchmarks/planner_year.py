"""The planner's look at a year of a thousand targets, in CPU seconds."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, insert

from intel_pipeline.pipeline import DEFAULT, Pipeline
from intel_pipeline.registry.models import Capture, Target
from intel_pipeline.registry.store import open_registry
from intel_pipeline.settings import load_settings
from intel_pipeline.simulator.clock import VirtualClock

NOW = datetime(2027, 11, 1, 6, 5, tzinfo=UTC)


def lived(folder: Path, targets: int, days: int) -> Pipeline:
    """Return the pipeline of a folder whose registry holds so many days of captures, the last of them of today."""
    settings = load_settings(data_dir=folder, session="desk")
    settings.make_directories()
    clock = VirtualClock(NOW)
    pipeline = Pipeline(settings, clock, open_registry(settings.registry_location, clock))
    pipeline.registry.sessions.welcome("desk", "desk")
    labels = [f"desk-{number:04}" for number in range(targets)]
    with pipeline.registry.engine.begin() as connection:
        rows = [
            {"label": label, "username": label, "user_id": number, "state": "active", "added_at": NOW}
            for number, label in enumerate(labels)
        ]
        connection.execute(insert(Target), rows)
        for ago in reversed(range(days)):
            connection.execute(insert(Capture), [of(label, surface, ago) for label in labels for surface in DEFAULT])
    return pipeline


def of(label: str, surface: str, ago: int) -> dict[str, object]:
    """Return a finished capture of so many days ago."""
    at = NOW - timedelta(days=ago, minutes=1)
    return {
        "capture_id": f"{at:%Y%m%dT%H%M%S}-{label}-{surface}",
        "target": label,
        "surface": surface,
        "round": at.date(),
        "origin": "instagram",
        "started_at": at,
        "finished_at": at,
        "user_id": 1,
        "username": label,
        "verdict": "complete",
        "reasons": [],
        "row_count": 2000,
        "distinct_count": 2000,
        "page_count": 40,
        "snapshot": f"{surface}/{label}.parquet",
        "held": False,
        "session": "desk",
    }


def looks(pipeline: Pipeline) -> dict[str, float]:
    """Return the least CPU seconds of three looks: when all is due, when half is, when nothing is."""
    import dagster as dg

    from intel_pipeline.defs.automation.planner import planner
    from intel_pipeline.defs.resources import PipelineResource

    day = NOW.date()
    pipeline.registry.rounds.begin(day)

    def look(expected: type) -> float:
        found = []
        with dg.DagsterInstance.ephemeral() as instance:
            for _ in range(3):
                resources = {"pipeline": PipelineResource.given(pipeline)}
                began = time.process_time()
                result = planner(dg.build_sensor_context(instance, resources=resources))
                found.append(time.process_time() - began)
                if not isinstance(result, expected):
                    raise TypeError(result)
        return min(found)

    taken = {"nothing is due": look(dg.SkipReason)}
    labels = [target.label for target in pipeline.registry.targets.all()]
    forget(pipeline, Capture.round == day, Capture.target >= labels[len(labels) // 2])
    taken["half is due"] = look(dg.SensorResult)
    forget(pipeline, Capture.round == day)
    taken["all is due"] = look(dg.SensorResult)
    return taken


def forget(pipeline: Pipeline, *conditions: object) -> None:
    """Remove captures, so that the round lacks them."""
    with pipeline.registry.engine.begin() as connection:
        connection.execute(delete(Capture).where(*conditions))  # type: ignore[arg-type]
