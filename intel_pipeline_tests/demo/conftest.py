from datetime import date

import pytest

from intel_pipeline.defs.running import open_instance
from intel_pipeline.demo import story
from intel_pipeline.settings import Settings
from intel_pipeline_tests.worlds import settings_of

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def lived(tmp_path_factory) -> Settings:
    """A demo's folder after three days, made once: the large target's 20,000 followers take seconds a day."""
    settings = settings_of(tmp_path_factory.mktemp("demo"))
    pipeline = story.prepare(settings, 7, 3, TODAY)
    with open_instance(settings) as instance:
        days = list(story.live(pipeline, instance, 3, TODAY))
    assert [day.captured for day in days] == [18, 18, 18]
    pipeline.registry.close()
    return settings
