"""How many days back a page shows."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

# A query's value comes as text, of which a Literal of numbers knows nothing.
Span = Annotated[Literal[30, 90, 365], BeforeValidator(int)]
SPANS = (30, 90, 365)


def grain_of(days: int) -> Literal["day", "week"]:
    """Return what a point of a chart stands for: of a year the weeks, for it is still to be a page."""
    return "week" if days > SPANS[1] else "day"
