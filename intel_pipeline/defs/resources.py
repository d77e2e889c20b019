"""The one resource: the pipeline, opened late and closed whatever happens."""

from typing import Self

import dagster as dg
from pydantic import PrivateAttr

from intel_pipeline.capture.watching import Watch
from intel_pipeline.defs.garbage import spare_what_stays
from intel_pipeline.pipeline import Pipeline, open_pipeline
from intel_pipeline.settings import load_settings


class PipelineResource(dg.ConfigurableResource[Pipeline]):
    """The pipeline of the effective settings. It has no fields: Dagster stores and shows a resource's fields."""

    _given: Pipeline | None = PrivateAttr(default=None)
    _opened: Pipeline | None = PrivateAttr(default=None)
    _watch: Watch | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, pipeline: Pipeline, watch: Watch | None = None) -> Self:
        """Return the resource for a pipeline that its caller has opened, watches and will close."""
        resource = cls()
        resource._given = pipeline
        resource._watch = watch
        return resource

    @classmethod
    def given(cls, pipeline: Pipeline, watch: Watch | None = None) -> dg.ResourceDefinition:
        """Return `of` in the form that Dagster hands on as it is; it copies others by their fields, and there are none."""
        return dg.ResourceDefinition.hardcoded_resource(cls.of(pipeline, watch))

    def watch(self, label: str, surface: str, rows: int, reported: int | None) -> None:
        """Tell whoever watches how far a capture is."""
        if self._watch is not None:
            self._watch(label, surface, rows, reported)

    @property
    def it(self) -> Pipeline:
        """The pipeline."""
        if self._given is not None:
            return self._given
        if self._opened is None:
            self._opened = open_pipeline(load_settings())
            spare_what_stays()
        return self._opened

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Give the registry's connections back."""
        del context
        if self._opened is not None:
            self._opened.registry.close()
            self._opened = None
