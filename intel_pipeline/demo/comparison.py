"""What the pipeline found, beside what was true."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from intel_pipeline.instagram.source import Surface
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.reading import open_generation

KINDS = ("followed", "left", "renamed")
# refollowed is the pipeline's finer word for what the world calls followed.
FOUND = """
select target, case kind when 'refollowed' then 'followed' else kind end as kind, user_id, state, learned_at
from follower_changes where state <> 'retracted'
"""
TARGET_RENAMES = "select target, value_after from profile_changes where field = 'username'"


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of change of one target: how many happened, were found, were missed, were made up."""

    target: str
    kind: str
    happened: int
    found: int
    missed: int
    invented: int
    confirmed: int

    @property
    def right(self) -> bool:
        """Whether exactly what happened was found."""
        return not self.missed and not self.invented


def compare(pipeline: Pipeline) -> list[Line]:
    """Return a line per target and kind, over the time between each target's first and last complete capture."""
    if pipeline.instagram is None:
        message = "only a simulated world knows the truth"
        raise ValueError(message)
    world = pipeline.instagram.world
    with open_generation(pipeline.settings.publication) as (connection, _):
        found = connection.execute(FOUND).fetchall()
        renames = connection.execute(TARGET_RENAMES).fetchall()
    lines: list[Line] = []
    for target in pipeline.registry.targets.all():
        if target.user_id is None:
            continue
        began, ended = span(pipeline, target.label, "followers")
        truth = world.truth(target.user_id, began, ended)
        for kind in KINDS:
            true_ids = sorted(event.user_id for event in truth if event.kind == kind)
            rows = [row for row in found if row[0] == target.label and row[1] == kind]
            confirmed = sum(row[3] == "confirmed" for row in rows)
            lines.append(line(target.label, kind, true_ids, sorted(row[2] for row in rows), confirmed))
        began, ended = span(pipeline, target.label, "profile")
        names = [
            event.username_after or ""
            for event in world.truth(target.user_id, began, ended)
            if event.kind == "target_renamed"
        ]
        seen = [name for label, name in renames if label == target.label]
        lines.append(line(target.label, "renamed itself", sorted(names), sorted(seen), len(seen)))
    return lines


def span(pipeline: Pipeline, label: str, surface: Surface) -> tuple[datetime, datetime]:
    """Return the moments of the first and the last complete capture: nothing is claimed outside of them."""
    complete = [c for c in pipeline.registry.captures.history(label, surface) if c.verdict == "complete"]
    return edge(complete[:1]), edge(complete[-1:])


def edge(captures: Iterable[Capture]) -> datetime:
    """Return when the one capture was taken, or the world's beginning."""
    return next((capture.started_at for capture in captures), datetime.fromtimestamp(0).astimezone())


def line(target: str, kind: str, happened: list[int] | list[str], found: list[int] | list[str], confirmed: int) -> Line:
    """Compare two sorted lists that may hold the same follower several times."""
    missed, invented = list(happened), []
    for item in found:
        if item in missed:
            missed.remove(item)
        else:
            invented.append(item)
    return Line(target, kind, len(happened), len(found), len(missed), len(invented), confirmed)
