"""What stands above every page of a target: who it is, how fresh what is known of it is, and the way to the others."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from fastapi import Request
from starlette.responses import Response

from intel_pipeline.clock import today
from intel_pipeline.errors import TargetError
from intel_pipeline.registry.models import Target
from intel_pipeline.web.access.who import somebody, who_of
from intel_pipeline.web.parts import Parts
from intel_pipeline.web.problems import Problem
from intel_pipeline.web.publication import Reading, query
from intel_pipeline.web.templating import page


class Tab(NamedTuple):
    """One of a target's pages."""

    name: str
    path: str


TABS = (
    Tab("Growth", ""),
    Tab("Followers", "/followers"),
    Tab("Profile", "/profile"),
    Tab("Posts", "/posts"),
    Tab("Audience", "/audience"),
    Tab("Report", "/report"),
)
OF_ONE = "from ({overview}) where target = $target"


def target_of(parts: Parts, label: str) -> Target:
    """Return a target; raise Problem 404 where there is none."""
    try:
        return parts.pipeline.registry.targets.get(label)
    except TargetError as error:
        raise Problem(404, error.problem, "the overview lists the targets that there are") from error


def figures_of(reading: Reading, parts: Parts, label: str) -> dict[str, Any] | None:
    """Return how a target does, as the overview has it; None where nothing has been published of it."""
    sql = OF_ONE.format(overview=query("overview"))
    found = reading.ask(sql, {"today": today(parts.clock), "target": label})
    return found[0] if found and found[0]["verdicts"] else None


def shown(  # noqa: PLR0913  what a page is made of
    request: Request,
    parts: Parts,
    label: str,
    tab: str,
    template: str,
    fill: Callable[[Reading, Target], Mapping[str, Any]],
) -> Response:
    """Return a page of a target, filled from one reading; until something is published of it, what it waits for."""
    target, who = target_of(parts, label), somebody(who_of(request))
    figures, filled, number = None, {}, parts.publications.number()
    if number is not None:
        with parts.publications.reading() as reading:
            figures = figures_of(reading, parts, target.label)
            filled = dict(fill(reading, target)) if figures else {}
    return page(
        request,
        template if figures else "targets/waiting.html",
        target=target,
        figures=figures,
        tabs=TABS,
        tab=tab,
        base=f"/targets/{target.label}",
        number=number,
        may_capture=parts.dagster is not None and "run" in who.scopes and target.state == "active",
        **filled,
    )
