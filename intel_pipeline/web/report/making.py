"""Making a report from the newest publication."""

from datetime import date
from pathlib import Path

from intel_pipeline.clock import today
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.replacement import replaced
from intel_pipeline.web.publication import Publications
from intel_pipeline.web.report.content import content_of
from intel_pipeline.web.report.document import document, file_name
from intel_pipeline.web.report.period import period_of

# It holds other people's names: for its owner's eyes, until they decide otherwise.
MODE = 0o600


def made(
    pipeline: Pipeline, publications: Publications, label: str, first: date | None, last: date | None
) -> tuple[str, str]:
    """Return a report's file name and its HTML.

    Raises TargetError for an unknown target, PeriodError for a period that is none, QueryError where nothing has been
    published.
    """
    target = pipeline.registry.targets.get(label)
    period = period_of(first, last, today(pipeline.clock))
    with publications.reading() as reading:
        content = content_of(reading, target, period)
    return file_name(content), document(content, pipeline.clock.now())


def write(pipeline: Pipeline, label: str, first: date | None, last: date | None, output: Path | None) -> Path:
    """Write a report whole to `output`, or into data/exports/ under a name of its own, and return where it is."""
    publications = Publications(pipeline.settings.publication)
    try:
        name, text = made(pipeline, publications, label, first, last)
    finally:
        publications.close()
    path = output or pipeline.settings.exports_dir / name
    with replaced(path, MODE) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path
