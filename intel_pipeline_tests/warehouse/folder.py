"""A data folder's warehouse, filled without ticks."""

from collections.abc import Sequence
from pathlib import Path

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.surfaces import SURFACES, land
from intel_pipeline.warehouse.rebuilding import land_registers
from intel_pipeline.warehouse.tables import derived_tables
from intel_pipeline.warehouse.writer import connected, writing
from intel_pipeline_tests.warehouse.lands import tables


def quiet(*_: object) -> None:
    """Tell nobody how far it is."""


def landed(pipeline: Pipeline, file: Path, captures: Sequence[Capture]) -> None:
    """Land captures as ticks do, in one transaction for the sake of speed."""
    lake = Lake(pipeline.settings.lake_dir, pipeline.registry.captures)
    with writing(file) as transaction:
        for surface in SURFACES:
            land(transaction, lake, surface, [one for one in captures if one.surface == surface])
        land_registers(transaction, pipeline)


def everything(file: Path) -> dict[str, list[str]]:
    """Return the rows of all tables that hold what was derived."""
    with connected(file, read_only=True) as connection:
        names = derived_tables(connection)
    assert {"captures", "members", "lesson_followers", "post_metrics"} <= {*names}
    return tables(file, names)
