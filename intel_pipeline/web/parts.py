"""What every route works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request

from intel_pipeline.clock import Clock
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.store import Registry
from intel_pipeline.settings import Settings
from intel_pipeline.web.access.access import Access
from intel_pipeline.web.publication import Publications

Heartbeats = Callable[[], Mapping[str, datetime | None]]
# A document of GraphQL and its variables, and what Dagster answers.
Dagster = Callable[..., dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Parts:
    """The pipeline (settings, clock, registry), what was published, and who may see it.

    `heartbeats` tells when each of Dagster's daemons was last heard of, `dagster` is asked in GraphQL; None where the
    server runs without Dagster.
    """

    pipeline: Pipeline
    publications: Publications
    access: Access
    heartbeats: Heartbeats | None = None
    dagster: Dagster | None = None

    @property
    def settings(self) -> Settings:
        """The pipeline's settings."""
        return self.pipeline.settings

    @property
    def registry(self) -> Registry:
        """The pipeline's registry."""
        return self.pipeline.registry

    @property
    def clock(self) -> Clock:
        """The pipeline's clock."""
        return self.pipeline.clock


def parts_of(request: Request) -> Parts:
    """Return the parts that the application was made with."""
    found: Parts = request.app.state.parts
    return found


Provided = Annotated[Parts, Depends(parts_of)]
