"""What a capture script hands over: rows and what they prove."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intel_pipeline.capture.verdict import Outcome

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Finding:
    """The rows of a capture, not validated yet, and its outcome. `frame` is None where there are no rows to keep."""

    outcome: Outcome
    frame: "pl.DataFrame | None" = None
