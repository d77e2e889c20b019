"""Telling how far a capture is."""

from collections.abc import Callable

# Label, surface, rows read so far, rows that Instagram reported.
Watch = Callable[[str, str, int, int | None], None]
# Rows read so far, rows that Instagram reported.
Progress = Callable[[int, int | None], None]
