"""What lists are narrowed down by."""

from typing import Annotated

from fastapi import Query

from intel_pipeline.web.models.base import LABEL, MOST, Day, Moment

OfTarget = Annotated[str | None, Query(pattern=LABEL, description="Only of this target.", examples=["nasa"])]
TheTarget = Annotated[str, Query(pattern=LABEL, description="Of this target.", examples=["nasa"])]
Since = Annotated[
    Moment | None, Query(description="From this moment on, with its zone.", examples=["2026-11-01T00:00:00Z"])
]
Until = Annotated[
    Moment | None, Query(description="Before this moment, with its zone.", examples=["2026-12-01T00:00:00Z"])
]
FromDay = Annotated[Day | None, Query(description="From this day on (UTC).", examples=["2026-11-01"])]
ToDay = Annotated[Day | None, Query(description="Up to this day (UTC), which is in it.", examples=["2026-11-30"])]
OfUser = Annotated[
    int | None, Query(ge=1, le=MOST, description="Only of the account with this number.", examples=[528817151])
]
