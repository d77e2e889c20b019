"""Data health: what was captured of each target on each day, what the checks find, and what does not add up."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from intel_pipeline.clock import today
from intel_pipeline.instagram.source import SURFACES, Surface
from intel_pipeline.web import soundness
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.charts.verdicts import SIGNS, chart_of, counted, word
from intel_pipeline.web.csv_files import csv_file
from intel_pipeline.web.fields import Blank, Day
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.templating import page

router = APIRouter()
DAYS = 28
TARGETS = 50
ROWS = 50
# Counts lag and wobble by as much: the smallest band of the gap.
SLACK = 2
CALENDAR = ("day", "target", "surface", "verdict", "reasons", "capture_id")
CHECKS = ("check", "severity", "target", "surface", "said")
RECONCILIATION = ("day", "target", "gained", "followed", "lost", "suspected", "unexplained", "off")
Format = Literal["html", "calendar.csv", "verdicts.csv", "checks.csv", "reconciliation.csv"]


@router.get("/health", name="health")
def health(  # noqa: PLR0913  the fields of a form
    request: Request,
    who: Reader,
    parts: Provided,
    surface: Surface | Blank = "",
    until: Day = None,
    targets: int = 1,
    format: Format = "html",  # noqa: A002  its name in the address
) -> Response:
    """Show the calendar of a surface, the checks, the reconciliation, and what was set aside; or a part of it as CSV."""
    last = until or today(parts.clock)
    days = [last - timedelta(days=back) for back in reversed(range(DAYS))]
    chosen = surface or ("followers" if "followers" in parts.pipeline.surfaces else parts.pipeline.surfaces[0])
    findings = soundness.found(parts.pipeline)
    if format == "checks.csv":
        return csv_file("checks", CHECKS, map(asdict, findings))
    labels = [target.label for target in parts.pipeline.registry.targets.all()]
    published = of_publication(parts, chosen, days, format)
    if format == "calendar.csv":
        return csv_file(
            f"{chosen}-verdicts", CALENDAR, ({**row, "verdict": word(row)} for row in published["captures"])
        )
    by_day = counted(published["captures"], days)
    if format == "verdicts.csv":
        return csv_file(f"{chosen}-verdicts-by-day", ("day", *SIGNS), by_day)
    if format == "reconciliation.csv":
        return csv_file("reconciliation", RECONCILIATION, published["reconciliation"])
    number = max(1, min(targets, -(-len(labels) // TARGETS)))
    shown = labels[(number - 1) * TARGETS : number * TARGETS]
    cells = {(row["target"], row["day"]): row for row in published["captures"]}
    form = {"surface": chosen, **({"until": last.isoformat()} if until else {})}
    return page(
        request,
        "health.html",
        signs=SIGNS,
        days=days,
        calendar=[(label, [cells.get((label, day)) for day in days]) for label in shown],
        word=word,
        by_day=by_day[::-1],
        option=chart_of(by_day) if published["captures"] else None,
        columns=[("day", "day", "text"), *((one, one, "num") for one in SIGNS)],
        surfaces=[one for one in SURFACES if one in parts.pipeline.surfaces],
        surface=chosen,
        until=last,
        here_csv={name: "?" + urlencode({**form, "format": name}) for name in get_args(Format)},
        around=around(chosen, last, number, len(labels), today(parts.clock)),
        count=len(labels),
        first=(number - 1) * TARGETS + 1,
        findings=findings[:ROWS],
        admin=who.is_admin,
        more_findings=max(0, len(findings) - ROWS),
        passed=[name for name in soundness.ABOUT if name not in {one.check for one in findings}],
        about=soundness.ABOUT,
        off=[row for row in published["reconciliation"] if abs(row["off"]) > SLACK][:ROWS],
        compared=len(published["reconciliation"]),
        quarantine=published["quarantine"],
        published_at=published["published_at"],
        number=parts.publications.number(),
    )


def of_publication(parts: Parts, surface: str, days: list[date], format: Format) -> dict[str, Any]:  # noqa: A002
    """Return what the publication tells, as much of it as is shown; nothing where there is none."""
    found: dict[str, Any] = {"captures": [], "reconciliation": [], "quarantine": [], "published_at": None}
    if parts.publications.number() is None:
        return found
    span = {"first": days[0], "last": days[-1]}
    with parts.publications.reading() as reading:
        found["published_at"] = reading.published_at
        if format != "reconciliation.csv":
            found["captures"] = reading.rows("health/calendar", surface=surface, targets=None, **span)
        if format in ("html", "reconciliation.csv"):
            found["reconciliation"] = reading.rows("health/reconciliation", **span)
        if format == "html":
            found["quarantine"] = reading.rows("health/quarantine", capture_id=None)
    return found


def around(surface: str, last: date, number: int, targets: int, newest: date) -> dict[str, str | None]:
    """Return where the days and the targets before and after these are, None where there are none."""

    def at(day: date, page_number: int) -> str:
        return "?" + urlencode({"surface": surface, "until": day.isoformat(), "targets": page_number})

    return {
        "earlier": at(last - timedelta(days=DAYS), number),
        "later": at(min(newest, last + timedelta(days=DAYS)), number) if last < newest else None,
        "before": at(last, number - 1) if number > 1 else None,
        "after": at(last, number + 1) if number * TARGETS < targets else None,
    }
