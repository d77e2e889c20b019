"""Whether the warehouse holds what lake and registry prove, by counts; without writing to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.outstanding import RULES
from intel_pipeline.warehouse.landing.registers import capture_frame
from intel_pipeline.warehouse.schema import applied_to, migrations, refuse_strange
from intel_pipeline.warehouse.writer import Transaction, connected, exclusive

# How many snapshots are looked at, of how many.
Told = Callable[[int, int], None]
