"""How things stand: sessions, budgets, runs, health."""

from datetime import date
from typing import Literal

from pydantic import Field

from intel_pipeline.web.models.base import Asked, Label, Moment, Told
from intel_pipeline.web.models.captures import Surface


class Budget(Told):
    """How much of one limit a session has spent."""

    limit: str = Field(examples=["hour"])
    meaning: str = Field(examples=["requests in an hour"])
    allowed: int
    spent: int
    left: int
    own: bool
    """Whether the limit is the session's own rather than the settings'."""


class Session(Told):
    """An Instagram session, without anything secret of it."""

    name: str = Field(examples=["desk"])
    used_for: Literal["any", "own", "nothing"]
    """Whose targets it reads: any, its own, or none."""
    state: str = Field(examples=["usable"])
    """`usable`, or why not and until when, in words."""
    usable: bool
    stopped_because: str | None
    """Its open breaker."""
    cooling_until: Moment | None
    """When a pause ends by itself."""
    own_targets: int
    """How many targets no other session reads."""
    budgets: list[Budget]


class NewRun(Asked):
    """A run that captures chosen targets now."""

    targets: list[Label] = Field(min_length=1, max_length=100, examples=[["nasa"]])
    """Labels of whom to capture, once more if they were today."""
    surfaces: list[Surface] = Field([], max_length=4, examples=[["profile", "followers"]])
    """What of them; without any, all that is captured here (INTEL_SURFACES)."""


class Run(Told):
    """A run of Dagster's."""

    run_id: str = Field(examples=["0b3c4a0e-6a3f-4d67-8f0e-0d5f0c6f7e11"])
    job: str = Field(examples=["capture_now"])
    state: Literal["waiting", "running", "done", "failed", "canceled"]
    """`waiting`: for its turn, since one run at a time captures. `done` says that the run is through: what each capture
    proved, /captures tells."""
    asked_at: Moment
    started_at: Moment | None
    ended_at: Moment | None


class Health(Told):
    """Whether there is what readers need, and what is going on."""

    version: str = Field(examples=["0.1.0"])
    publication: int | None = Field(examples=[14])
    """Number of the newest publication; null where nothing was published."""
    published_at: Moment | None
    round: date | None
    """The open round."""
    due: int
    """Captures that it lacks and that can be had."""
    targets: int
    """On the watchlist."""
    waits_for: str | None
    """Why nothing is captured at this moment."""
