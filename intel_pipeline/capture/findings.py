"""What a capture script hands over: rows and what they prove."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.instagram.errors import drifted

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Finding:
    """The rows of a capture, not validated yet, and its outcome. `frames` is None where there are no rows to keep.

    Frames are sorted by the surface's key, within each and from one to the next: a list may be too long to be held.
    """

    outcome: Outcome
    frames: "Iterable[pl.DataFrame] | None" = None

    @property
    def frame(self) -> "pl.DataFrame | None":
        """All rows at once."""
        import polars as pl

        return None if self.frames is None else pl.concat(self.frames)


def framed(rows: Any, schema: "pl.Schema") -> "pl.DataFrame":  # noqa: ANN401  rows or columns, as Polars takes them
    """Return the rows as a frame of `schema`; raise DriftError where Instagram sent a value of another type."""
    import polars as pl

    try:
        return pl.DataFrame(rows, schema=schema)
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        # Polars quotes the value, which is somebody's.
        raise drifted(error, "putting an answer into columns") from None
