"""Making a report, or its charts, from the newest publication."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from intel_pipeline.clock import today
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.plots.pictures import Form, PictureError
from intel_pipeline.replacement import replaced
from intel_pipeline.web.publication import Publications
from intel_pipeline.web.report.charts import pictures_of
from intel_pipeline.web.report.content import Content, content_of
from intel_pipeline.web.report.document import document
from intel_pipeline.web.report.period import period_of

# It holds other people's names: for its owner's eyes, until they decide otherwise.
MODE = 0o600


def gathered(
    pipeline: Pipeline, publications: Publications, label: str, first: date | None, last: date | None
) -> Content:
    """Return what a report holds.

    Raises TargetError for an unknown target, PeriodError for a period that is none, QueryError where nothing has been
    published.
    """
    target = pipeline.registry.targets.get(label)
    period = period_of(first, last, today(pipeline.clock))
    with publications.reading() as reading:
        return content_of(reading, target, period)


def made(content: Content, pipeline: Pipeline) -> dict[str, bytes]:
    """Return the document of a report, by its file's name."""
    return {f"{content.name}.html": document(content, pipeline.clock.now()).encode()}


def nothing_in(content: Content) -> PictureError:
    """Return what is said where there is no chart."""
    problem = f"there is nothing to draw of {content.label} from {content.period.first} to {content.period.last}"
    return PictureError(problem, "choose a period in which it was captured")


def written(files: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write files whole into a folder, and return where they are."""
    for name, content in files.items():
        with replaced(folder / name, MODE) as temporary:
            temporary.write_bytes(content)
    return [folder / name for name in files]


def write(  # noqa: PLR0913  what, in which forms, and where to
    pipeline: Pipeline,
    label: str,
    first: date | None,
    last: date | None,
    output: Path | None = None,
    charts: tuple[Path, Form] | None = None,
) -> list[Path]:
    """Write a report to `output`, or into data/exports/, and its `charts` into a folder; return where they are.

    Raises what `gathered` does, and PictureError where PNG is wanted and nothing is installed that draws it.
    """
    publications = Publications(pipeline.settings.publication)
    try:
        content = gathered(pipeline, publications, label, first, last)
    finally:
        publications.close()
    [(name, text)] = made(content, pipeline).items()
    path = output or pipeline.settings.exports_dir / name
    folder, form = charts or (path.parent, None)
    # All of them are made before one is written.
    pictures = pictures_of(content, form) if form else {}
    return [*written({path.name: text}, path.parent), *written(pictures, folder)]
