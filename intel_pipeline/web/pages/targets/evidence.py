"""One change, and the captures that prove it."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from intel_pipeline.registry.models import Target
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.pages.targets.head import shown
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.problems import Problem
from intel_pipeline.web.publication import Reading

router = APIRouter()
ChangeId = Annotated[str, Path(pattern=r"^[0-9a-f]{24}$")]
# What a capture is to a change, in the order of time.
ROLES = {
    "before_capture_id": "the last complete one before",
    "first_capture_id": "the first that showed it",
    "capture_id": "the one that taught where it stands now",
}


@router.get("/changes/{change_id}", name="target_change")
def evidence(request: Request, who: Reader, parts: Provided, label: str, change_id: ChangeId) -> Response:
    """Show a change of a target's followers or profile, all that was learned of it, and the captures it rests on."""
    del who

    def fill(reading: Reading, target: Target) -> dict[str, Any]:
        asked = {"target": target.label, "change_id": change_id}
        known = []
        if subject := reading.row("change_subject", **asked):
            known = reading.rows("changes_of_follower", target=target.label, user_id=subject["user_id"])
        change = next((one for one in known if one["change_id"] == change_id), None)
        if change:
            learned = reading.rows("change_learned", **asked, user_id=change["user_id"])
        elif change := reading.row("change_of_profile", **asked):
            learned = []
        else:
            problem = f"No change {change_id} of {target.label} is known"
            raise Problem(
                404, problem, f"/targets/{target.label}/followers lists its changes; ids stay when it is derived anew"
            )
        roles = roles_of(change, learned)
        return {
            "change": change,
            "learned": learned,
            "others": [one for one in known if one is not change],
            "roles": roles,
            "captures": reading.rows("captures_named", target=target.label, ids=list(roles)),
        }

    return shown(request, parts, label, "/followers", "targets/change.html", fill)


def roles_of(change: Mapping[str, Any], learned: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the captures that a change rests on, each with what it is to it."""
    roles: dict[str, list[str]] = {}
    for key, role in ROLES.items():
        if change.get(key):
            roles.setdefault(change[key], []).append(role)
    for one in learned:
        roles.setdefault(one["capture_id"], []).append(f"taught that it is {one['state']}")
    return {capture: ", ".join(dict.fromkeys(said)) for capture, said in roles.items()}
