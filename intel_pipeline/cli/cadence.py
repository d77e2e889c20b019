"""How often targets are captured."""

from typing import Annotated, Any

import typer

from intel_pipeline.capture.cadence import surface_hours_of, words_of
from intel_pipeline.cli.console import AsJson, err, opened, plain, print_json, print_table
from intel_pipeline.due import hours_between
from intel_pipeline.instagram.source import SURFACES, Surface
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Target


def often(of: str, forms: str) -> Any:  # noqa: ANN401  typer's own type for it is none
    """Return the option that sets a cadence."""
    return typer.Option(help=f"How often {of} captured: {forms}.", metavar="EVERY")


def cadence(  # noqa: PLR0913  each is one surface
    labels: Annotated[
        list[str] | None, typer.Argument(help="Labels of targets (or their usernames); without any, all are shown.")
    ] = None,
    profile: Annotated[str | None, often("the profile is", "hourly, 6h, daily, 2d, weekly")] = None,
    followers: Annotated[str | None, often("followers are", "daily, 2d, weekly")] = None,
    followees: Annotated[str | None, often("followees are", "daily, 2d, weekly")] = None,
    posts: Annotated[str | None, often("posts are", "hourly, 6h, daily, 2d, weekly")] = None,
    default: Annotated[bool, typer.Option("--default", help="First drop what is their own.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how often targets are captured, or give some a cadence of their own.

    A star marks what is a target's own; all else is the settings' (INTEL_PROFILE_CADENCE and so on). A list that is read
    less often says later who left, and between two lists nothing shows who came and went. Posts are captured more often
    while the newest one is younger than two days: INTEL_YOUNG_POSTS_CADENCE.
    """
    given: dict[Surface, str | None] = {
        "profile": profile,
        "followers": followers,
        "followees": followees,
        "posts": posts,
    }
    chosen: dict[str, int] = {surface: parsed(surface, text) for surface, text in given.items() if text is not None}
    if (chosen or default) and not labels:
        message = "name the targets, or set INTEL_PROFILE_CADENCE and so on for all of them"
        raise typer.BadParameter(message)
    with opened() as pipeline:
        registry = pipeline.registry.targets
        targets = [registry.get(label) for label in labels] if labels else registry.all()
        if chosen or default:
            targets = [
                registry.pace(one.label, {**({} if default else one.cadence or {}), **chosen}) for one in targets
            ]
        rows = [(target.label, *(cell(pipeline, target, surface) for surface in SURFACES)) for target in targets]
    if as_json:
        print_json([dict(zip(("target", *SURFACES), row, strict=True)) for row in rows])
        return
    print_table(("target", *SURFACES), rows)
    if not targets:
        err.print("No targets yet: `intel-pipeline targets add USERNAME`")


def parsed(surface: Surface, text: str) -> int:
    """Return the hours that an option says, or raise BadParameter."""
    try:
        return int(str(surface_hours_of(surface, text)))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=f"--{surface}") from error


def cell(pipeline: Pipeline, target: Target, surface: Surface) -> str | None:
    """Return how often a surface is captured, with a star where that is the target's own; None for not at all."""
    if surface not in pipeline.surfaces:
        return None
    own = surface in (target.cadence or {})
    return f"{plain(words_of(hours_between(pipeline, target, surface)))}{'*' if own else ''}"
