"""Captures: what each one was, proved and cost."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from intel_pipeline.capture.soundness import lost_many
from intel_pipeline.errors import CaptureError
from intel_pipeline.instagram.source import SURFACES, Surface
from intel_pipeline.registry.models import Capture
from intel_pipeline.web.access.who import Administrator, Reader
from intel_pipeline.web.charts.verdicts import SIGNS
from intel_pipeline.web.csv_files import csv_file
from intel_pipeline.web.feed import midnight
from intel_pipeline.web.fields import Blank, Day
from intel_pipeline.web.keyset import Place, cursor_of, place_of
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.problems import Problem
from intel_pipeline.web.runs import derive_now
from intel_pipeline.web.soundness import of_capture
from intel_pipeline.web.templating import page

router = APIRouter(prefix="/health/captures")
ON_A_PAGE = 50
PIECE = 20_000
COLUMNS = (
    "capture_id", "target", "surface", "round", "finished_at", "verdict", "listed", "reported", "gap_low", "gap_high",
    "missing", "set_aside", "pages", "reasons",
)  # fmt: skip
Verdict = Literal["complete", "partial", "limited", "suspect", "held", "failed"]


@router.get("", name="captures")
def captures(  # noqa: PLR0913  the fields of a form
    request: Request,
    who: Reader,
    parts: Provided,
    target: str = "",
    surface: Surface | Blank = "",
    verdict: Verdict | Blank = "",
    since: Day = None,
    until: Day = None,
    after: Annotated[str, Query(max_length=400)] = "",
    format: Literal["html", "csv"] = "html",  # noqa: A002  its name in the address
) -> Response:
    """Show a page of captures, newest first, or stream all of them as CSV."""
    del who
    asked = {
        "target": target or None,
        "surface": surface or None,
        "verdict": verdict or None,
        "since": since and midnight(since),
        "before": until and midnight(until + timedelta(days=1)),
    }
    if format == "csv":
        return csv_file("captures", COLUMNS, streamed(parts, asked))
    place = place_of(after)
    rows: list[dict[str, Any]] = []
    number = parts.publications.number()
    if number is not None:
        with parts.publications.reading() as reading:
            given = {"after_at": place and place.at, "after_id": place and place.id, "most": ON_A_PAGE + 1}
            rows = reading.rows("health/captures", **asked, **given)
    form = {
        "target": target,
        "surface": surface,
        "verdict": verdict,
        "since": str(since or ""),
        "until": str(until or ""),
    }
    filters = {key: value for key, value in form.items() if value}
    last = rows[ON_A_PAGE - 1] if len(rows) > ON_A_PAGE else None
    return page(
        request,
        "captures.html",
        rows=rows[:ON_A_PAGE],
        older=last and "?" + urlencode({**filters, "after": cursor_of(Place(last["finished_at"], last["capture_id"]))}),
        newest="?" + urlencode(filters) if place else None,
        csv="?" + urlencode({**filters, "format": "csv"}),
        form=form,
        filtered=bool(filters),
        targets=[one.label for one in parts.pipeline.registry.targets.all()],
        surfaces=SURFACES,
        verdicts=list(SIGNS),
        number=number,
    )


@router.get("/{capture_id}", name="one_capture")
def capture(request: Request, who: Reader, parts: Provided, capture_id: str) -> Response:
    """Show everything about one capture: what it proved and why, and the way out of what is wrong with it."""
    found = capture_of(parts, capture_id)
    quarantine: list[dict[str, Any]] = []
    if found.set_aside and parts.publications.number() is not None:
        with parts.publications.reading() as reading:
            quarantine = reading.rows("health/quarantine", capture_id=capture_id)
    return page(
        request,
        "capture.html",
        capture=found,
        gaps=gaps_of(found),
        findings=list(of_capture(found)) if found.finished_at else [],
        quarantine=quarantine,
        admin=who.is_admin,
        simulated=parts.pipeline.simulated,
    )


@router.get("/{capture_id}/accept", name="ask_to_accept")
def ask_to_accept(request: Request, who: Administrator, parts: Provided, capture_id: str) -> Response:
    """Ask whether a list that is held back is to count as complete."""
    del who
    found = capture_of(parts, capture_id)
    if not found.held:
        problem = f"the capture '{capture_id}' is {found.verdict or 'in progress'} and not held back"
        raise Problem(409, problem, "nothing: only one held back for a mass loss waits for a word")
    return page(request, "accept.html", capture=found, said=lost_many(found), immediate=parts.dagster is not None)


@router.post("/{capture_id}/accept", name="accept_capture")
def accept(request: Request, who: Administrator, parts: Provided, capture_id: str) -> Response:
    """Let a list that is held back count as complete, and have derived what it teaches where Dagster is at hand.

    Where it is not, or does not take it, the next tick derives it.
    """
    del who
    accepted = parts.registry.captures.accept(parts.access.actor(request), capture_of(parts, capture_id).capture_id)
    after = f"/health/captures/{capture_id}"
    if parts.dagster and accepted.round:
        with suppress(Problem):
            after = f"/runs/{derive_now(parts, accepted.surface, accepted.round)}?target={accepted.target}"
    return RedirectResponse(after, 303)


def capture_of(parts: Parts, capture_id: str) -> Capture:
    """Return a capture; raise Problem 404 where there is none."""
    try:
        return parts.registry.captures.get(capture_id)
    except CaptureError as error:
        raise Problem(404, error.problem, "the captures of Data health lead to each of them") from error


def gaps_of(capture: Capture) -> list[int]:
    """Return the gap by each of the two readings of the reported count, once where they agree."""
    if capture.distinct_count is None:
        return []
    counts = (capture.reported_before, capture.reported_after)
    return [count - capture.distinct_count for count in dict.fromkeys(counts) if count is not None]


def streamed(parts: Parts, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all captures of one publication that are asked for, without holding them."""
    place: Place | None = None
    with parts.publications.reading() as reading:
        while True:
            given = {"after_at": place and place.at, "after_id": place and place.id, "most": PIECE}
            rows = reading.rows("health/captures", **asked, **given)
            yield from rows
            if len(rows) < PIECE:
                return
            place = Place(rows[-1]["finished_at"], rows[-1]["capture_id"])
