"""What captures proved, and the operator's word on those that are held back."""

import json
from datetime import date
from typing import Annotated, Any

import typer

from intel_pipeline.capture.outcome import Verdict
from intel_pipeline.capture.page import Record
from intel_pipeline.capture.raw_pages import kept_until, place_of, records_of
from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json, print_table
from intel_pipeline.cli.users import operator
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture
from intel_pipeline.settings import Settings

app = typer.Typer(no_args_is_help=True)


@app.command(name="list")
def list_captures(
    target: Annotated[str | None, typer.Argument(help="Only of this target.")] = None,
    verdict: Annotated[Verdict | None, typer.Option(help="Only with this verdict.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most captures, newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List finished captures, newest first, with what each proved and why.

    Of a follower list: the band in which the gap (reported less listed) was expected, and how many of the followers
    before it are missing. A suspect one that is held back says in its reasons what releases it.
    """
    with opened() as pipeline:
        label = pipeline.registry.targets.get(target).label if target else None
        found = [described(capture) for capture in pipeline.registry.captures.newest(label, verdict, limit)]
    if as_json:
        print_json(found)
        return
    columns = (
        "capture",
        "target",
        "surface",
        "finished",
        "verdict",
        "listed",
        "reported",
        "band",
        "missing",
        "reasons",
    )
    print_table(columns, [row(capture) for capture in found])
    if not found:
        err.print("No captures match. `intel-pipeline capture` makes some")
    elif len(found) == limit:
        err.print(f"The newest {limit}; more with --limit")


@app.command()
def show(
    capture_id: Annotated[str, typer.Argument(help="The capture's id, as `captures list` shows it.")],
    pages: Annotated[
        bool, typer.Option("--pages", help="Print its pages as Instagram sent them, a line of JSON for each.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show one capture: what it proved, and whether its pages as received are still there.

    They are kept for INTEL_RAW_PAGES_DAYS days: in the capture's journal at first, from the next day's upkeep on
    packed in the lake. After a change of Instagram's that a capture stumbled over (drift), they show what it was.
    """
    with opened() as pipeline:
        capture = pipeline.registry.captures.get(capture_id)
        if pages:
            for record in records_of(pipeline.settings, capture):
                typer.echo(shown_page(record))
            return
        shown = described(capture) | kept_pages(pipeline.settings, capture)
    if as_json:
        print_json(shown)
        return
    shown |= {"reasons": "; ".join(shown["reasons"]), "raw_pages": shown["raw_pages"] or "not kept any more"}
    for name, value in shown.items():
        out.print(f"{name.replace('_', ' ') + ':':<20}{plain('-' if value is None else value)}")


@app.command()
def accept(
    capture_id: Annotated[str, typer.Argument(help="The capture's id, as `captures list --verdict suspect` shows it.")],
) -> None:
    """Let a follower list that is held back count as complete: so many have really left at once.

    Without a word it is held until another capture agrees (then it is released) or shows the followers again (then it
    stays suspect). Accepted, its losses are derived and published at once; each is `suspected` until captures to come
    confirm it.
    """
    from intel_pipeline.warehouse.derive import publish_now

    with opened() as pipeline:
        capture = pipeline.registry.captures.accept(operator(), capture_id)
        out.print(f"accepted {plain(capture_id)} ({plain(capture.target)}): {plain('; '.join(capture.reasons))}")
        if capture.round is None:
            err.print("It belongs to no round; the next tick derives what it teaches")
            return
        derive_again(pipeline, capture.target, capture.round)
        publish_now(pipeline)
    err.print(f"Published; see `intel-pipeline changes {plain(capture.target)}`")


def derive_again(pipeline: Pipeline, target: str, first: date) -> None:
    """Derive the round `first` and those in which the target was captured since: they build upon it."""
    from intel_pipeline.warehouse.derive import derive_followers

    captures = pipeline.registry.captures.history(target, "followers")
    for day in sorted({capture.round for capture in captures if capture.round and capture.round >= first}):
        derive_followers(pipeline, day)


def kept_pages(settings: Settings, capture: Capture) -> dict[str, Any]:
    """Return where a capture's pages are, and until when; both None where they are gone."""
    try:
        place = place_of(settings, capture)
    except DamagedFileError as error:
        return {"raw_pages": error.problem, "raw_pages_until": None}
    if place is None:
        return {"raw_pages": None, "raw_pages_until": None}
    until = kept_until(capture.finished_at, settings.raw_pages_days) if capture.finished_at else None
    return {"raw_pages": str(place.relative_to(settings.data_dir)), "raw_pages_until": until}


def shown_page(record: Record) -> str:
    """Return a page as a line of JSON; in ASCII, since Instagram sends halves of emojis that no terminal takes."""
    head = {"key": record.key, "received_at": record.received_at.isoformat(), "via": record.via}
    return json.dumps(head | {"body": json.loads(record.body)})


def described(capture: Capture) -> dict[str, Any]:
    """Return what is shown of a capture."""
    return {
        "capture_id": capture.capture_id,
        "target": capture.target,
        "surface": capture.surface,
        "session": capture.session,
        "finished": capture.finished_at,
        "verdict": capture.verdict,
        "held": capture.held,
        "listed": capture.distinct_count,
        "reported": capture.reported_after,
        "gap_low": capture.gap_low,
        "gap_high": capture.gap_high,
        "missing": capture.missing_count,
        "reasons": capture.reasons,
    }


def row(shown: dict[str, Any]) -> tuple[object, ...]:
    """Return what is shown of a capture as a row of the table."""
    return (
        *(shown[name] for name in ("capture_id", "target", "surface", "finished")),
        "suspect, held" if shown["held"] else shown["verdict"],
        shown["listed"],
        shown["reported"],
        None if shown["gap_low"] is None else f"{shown['gap_low']} to {shown['gap_high']}",
        shown["missing"],
        "; ".join(shown["reasons"]),
    )
