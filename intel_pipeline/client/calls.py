"""What can be asked: a method for each route, and what comes back as the models say."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from intel_pipeline.client.connection import Connection
from intel_pipeline.replacement import replaced
from intel_pipeline.web.models.captures import Capture, Snapshot, SnapshotRows, Surface
from intel_pipeline.web.models.changes import FollowerChange, ProfileChange
from intel_pipeline.web.models.metrics import (
    AgeEngagement,
    Anomaly,
    Cadence,
    Growth,
    HourEngagement,
    Overlap,
    Retention,
)
from intel_pipeline.web.models.posts import Post, Standing
from intel_pipeline.web.models.questions import Answer, Export, NewExport, Question
from intel_pipeline.web.models.running import Health, NewRun, Run, Session
from intel_pipeline.web.models.targets import NewTarget, Target, TargetChange

PIECE = 1 << 20


class Client:
    """The API of one server, as its description says at /api. Lists are read page by page as they are used up.

    All raise ApiError: what the server refuses, with its fix, its status and when to ask again.
    """

    def __init__(self, url: str, key: str | None = None, seconds: float = 60) -> None:
        """Ask the server at `url` with a key."""
        self.server = Connection(url, key, seconds)

    def health(self) -> Health:
        """Return whether there is what readers need."""
        return self.server.get(Health, "/health")

    def targets(self, state: str | None = None) -> Iterator[Target]:
        """Yield the watchlist by label."""
        return self.server.pages(Target, "/targets", state=state)

    def target(self, label: str) -> Target:
        """Return one target."""
        return self.server.get(Target, f"/targets/{label}")

    def add_target(self, username: str, **more: Any) -> Target:  # noqa: ANN401  as NewTarget
        """Put an account on the watchlist; `more` as NewTarget has it."""
        answer = self.server.send("POST", "/targets", body=NewTarget(username=username, **more))
        return Target.model_validate(answer.json())

    def change_target(self, label: str, **what: Any) -> Target:  # noqa: ANN401  as TargetChange
        """Change a target as TargetChange says."""
        answer = self.server.send("PATCH", f"/targets/{label}", body=TargetChange(**what))
        return Target.model_validate(answer.json())

    def remove_target(self, label: str) -> None:
        """Take a target off the watchlist."""
        self.server.send("DELETE", f"/targets/{label}")

    def captures(
        self, target: str | None = None, surface: str | None = None, verdict: str | None = None, **period: datetime
    ) -> Iterator[Capture]:
        """Yield captures, newest first; `period`: since, until."""
        return self.server.pages(
            Capture, "/captures", target=target, surface=surface, verdict=verdict, **moments(period)
        )

    def capture(self, capture_id: str) -> Capture:
        """Return one capture."""
        return self.server.get(Capture, f"/captures/{capture_id}")

    def snapshots(self, target: str, surface: str) -> Iterator[Snapshot]:
        """Yield the snapshots of a target and surface, newest first."""
        return self.server.pages(Snapshot, "/snapshots", target=target, surface=surface)

    def snapshot_rows(self, capture_id: str) -> Iterator[dict[str, object]]:
        """Yield the rows of a snapshot by their key."""
        cursor = None
        while True:
            page = self.server.get(SnapshotRows, f"/snapshots/{capture_id}/rows", limit=500, cursor=cursor)
            yield from (dict(zip(page.columns, row, strict=True)) for row in page.rows)
            cursor = page.next
            if cursor is None:
                return

    def save_snapshot(self, capture_id: str, path: Path, form: str = "parquet") -> Path:
        """Write a snapshot to `path`, whole or not at all."""
        return self._save(f"/snapshots/{capture_id}/rows", path, format=form)

    def follower_changes(
        self,
        target: str | None = None,
        kind: str | None = None,
        state: str | None = None,
        user_id: str | None = None,
        **period: datetime,
    ) -> Iterator[FollowerChange]:
        """Yield what happened to followers, newest first; `period`: since, until."""
        chosen = {"target": target, "kind": kind, "state": state, "user_id": user_id}
        return self.server.pages(FollowerChange, "/changes/followers", **chosen, **moments(period))

    def profile_changes(
        self, target: str | None = None, field: str | None = None, **period: datetime
    ) -> Iterator[ProfileChange]:
        """Yield what changed in profiles, newest first; `period`: since, until."""
        return self.server.pages(ProfileChange, "/changes/profiles", target=target, field=field, **moments(period))

    def posts(self, target: str | None = None, **period: datetime) -> Iterator[Post]:
        """Yield posts, newest first; `period`: since, until."""
        return self.server.pages(Post, "/posts", target=target, **moments(period))

    def post_metrics(self, target: str, post_id: str) -> Iterator[Standing]:
        """Yield how a post stood at each capture, newest first."""
        return self.server.pages(Standing, f"/posts/{target}/{post_id}/metrics")

    def growth(self, target: str, **period: date) -> Iterator[Growth]:
        """Yield growth day by day; `period`: since, until."""
        return self.server.pages(Growth, "/metrics/growth", target=target, **moments(period))

    def anomalies(self, target: str, **period: date) -> Iterator[Anomaly]:
        """Yield how unusual each day's growth was; `period`: since, until."""
        return self.server.pages(Anomaly, "/metrics/anomalies", target=target, **moments(period))

    def cadence(self, target: str, **period: date) -> Iterator[Cadence]:
        """Yield how often was posted, week by week; `period`: since, until."""
        return self.server.pages(Cadence, "/metrics/cadence", target=target, **moments(period))

    def retention(self, target: str) -> list[Retention]:
        """Return how many of those who followed in a month still do some days later."""
        return self.server.all(Retention, "/metrics/retention", target=target)

    def engagement_by_age(self, target: str) -> list[AgeEngagement]:
        """Return how posts stand so many days after they were posted."""
        return self.server.all(AgeEngagement, "/metrics/engagement-by-age", target=target)

    def engagement_by_hour(self, target: str) -> list[HourEngagement]:
        """Return how posts did by weekday and hour."""
        return self.server.all(HourEngagement, "/metrics/engagement-by-hour", target=target)

    def overlap(self, targets: Sequence[str]) -> Overlap:
        """Return how far the audiences of two or more targets overlap."""
        return self.server.get(Overlap, "/overlap", target=list(targets))

    def query(self, sql: str, limit: int = 1000) -> Answer:
        """Return what a query finds."""
        return Answer.model_validate(self.server.send("POST", "/query", body=Question(sql=sql, limit=limit)).json())

    def ask_for_export(self, **what: Any) -> Export:  # noqa: ANN401  as NewExport
        """Ask for a file as NewExport says; `export` tells when it is done, `save_export` fetches it."""
        return Export.model_validate(self.server.send("POST", "/exports", body=NewExport(**what)).json())

    def exports(self) -> list[Export]:
        """Return the exports, the newest first."""
        return self.server.all(Export, "/exports")

    def export(self, export_id: str) -> Export:
        """Return how far an export is."""
        return self.server.get(Export, f"/exports/{export_id}")

    def save_export(self, export_id: str, path: Path) -> Path:
        """Write the file of an export that is done to `path`, whole or not at all."""
        return self._save(f"/exports/{export_id}/file", path)

    def capture_now(self, targets: Sequence[str], surfaces: Sequence[Surface] = ()) -> Run:
        """Have targets captured now, or only some surfaces of theirs; `run` tells when it is done."""
        wanted = NewRun(targets=list(targets), surfaces=list(surfaces))
        return Run.model_validate(self.server.send("POST", "/runs", body=wanted).json())

    def run(self, run_id: str) -> Run:
        """Return how a run stands."""
        return self.server.get(Run, f"/runs/{run_id}")

    def sessions(self) -> list[Session]:
        """Return how the sessions stand."""
        return self.server.all(Session, "/sessions")

    def _save(self, address: str, path: Path, **asked: str) -> Path:
        with (
            self.server.send("GET", address, asked, stream=True) as answer,
            replaced(path) as temporary,
            temporary.open("wb") as file,
        ):
            file.writelines(answer.iter_content(PIECE))
        return path


def moments(period: dict[str, Any]) -> dict[str, str]:
    """Return a period as it is asked for; TypeError for anything but since and until."""
    if unknown := period.keys() - {"since", "until"}:
        message = f"there is no {', '.join(sorted(unknown))}: since and until"
        raise TypeError(message)
    return {name: value.isoformat() for name, value in period.items()}
