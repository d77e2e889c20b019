"""What a target's profile says, and what it has said before."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from intel_pipeline.registry.models import Target
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.pages.targets.head import shown
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.publication import Reading

router = APIRouter()
MOST = 200


@router.get("/profile", name="target_profile")
def profile(request: Request, who: Reader, parts: Provided, label: str) -> Response:
    """Show a target's newest profile and what changed in it, when, from what to what."""
    del who

    def fill(reading: Reading, target: Target) -> dict[str, Any]:
        return {
            "profile": reading.row("profile_now", target=target.label),
            "changes": reading.rows("profile_changes", target=target.label, most=MOST, from_day=None, to_day=None),
            "most": MOST,
        }

    return shown(request, parts, label, "/profile", "targets/profile.html", fill)
