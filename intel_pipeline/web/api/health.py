"""Health: whether there is what readers need, and what is going on."""

from importlib.metadata import version

from fastapi import APIRouter

from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.models.running import Health
from intel_pipeline.web.parts import Provided

router = APIRouter(prefix="/health", tags=["health"])


@router.get("")
def health(who: Reader, parts: Provided) -> Health:
    """Tell which publication is the newest, what the open round lacks, and why nothing is captured just now."""
    del who
    pipeline, published_at = parts.pipeline, None
    number = parts.publications.number()
    if number is not None:
        with parts.publications.reading() as reading:
            number, published_at = reading.number, reading.published_at
    day = pipeline.registry.rounds.open()
    return Health(
        version=version("intel-pipeline"),
        publication=number,
        published_at=published_at,
        round=day,
        due=pipeline.due(day) if day else 0,
        targets=len(pipeline.registry.targets.all()),
        waits_for=pipeline.resting() or (pipeline.idle(day) if day else None),
    )
