"""Sessions: how each stands, and what it has spent of its limits; nothing secret of any."""

from fastapi import APIRouter, Request, Response

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.limits import WORDS
from intel_pipeline.registry.models import LOGGED_OUT, SessionState
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.api.etags import UNCHANGED, marked
from intel_pipeline.web.models.running import Budget, Session
from intel_pipeline.web.parts import Provided

router = APIRouter(prefix="/sessions", tags=["sessions"])


@router.get("", responses=UNCHANGED)
def list_sessions(request: Request, response: Response, who: Reader, parts: Provided) -> list[Session]:
    """List the sessions with their states and budgets, by name."""
    del who
    pipeline = parts.pipeline
    states = [state for state in pipeline.registry.sessions.all() if state.name != LOGGED_OUT]
    found = [described(pipeline, state) for state in states]
    marked(request, response, "sessions", found)
    return found


def described(pipeline: Pipeline, state: SessionState) -> Session:
    """Return how a session stands as the API tells it."""
    session = pipeline.session(state.name)
    hindrance = session.not_now()
    return Session(
        name=state.name,
        used_for=pipeline.uses().get(state.name, "nothing"),
        state=hindrance or "usable",
        usable=hindrance is None,
        stopped_because=state.stopped_because,
        cooling_until=pipeline.registry.sessions.cooling(state.name),
        own_targets=sum(target.session == state.name for target in pipeline.registry.targets.all()),
        budgets=[
            Budget(
                limit=one.limit,
                meaning=WORDS[one.limit],
                allowed=one.allowed,
                spent=one.spent,
                left=one.left,
                own=one.limit in (state.limits or {}),
            )
            for one in pipeline.registry.ledger.spending(state.name, session.limits)
        ],
    )
