"""Taking an archive in: its profiles become captures like any other."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from intel_pipeline.capture.watching import Watch
from intel_pipeline.importers.instaloader_archive import Archive, ArchivedProfile, read_profile
from intel_pipeline.lake import snapshot_file
from intel_pipeline.lake.snapshot_file import Stamp
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture, Target
from intel_pipeline.warehouse.landing.profiles import land_profiles
from intel_pipeline.warehouse.landing.registers import land_targets
from intel_pipeline.warehouse.publication import publish
from intel_pipeline.warehouse.writer import writing

ORIGIN = "archive"


@dataclass(frozen=True, slots=True)
class Intake:
    """What an import came to: profiles that are new here and that were here already, and the targets they are of."""

    new: int
    known: int
    targets: tuple[str, ...]
    changes: int


def take_in(pipeline: Pipeline, archive: Archive, times: Mapping[Path, datetime], watch: Watch) -> Intake:
    """Make captures of the archive's profiles, derive what changed between them and publish.

    Every file is read and validated before the first is taken in, so a bad one leaves nothing half imported.
    Importing the same files again changes nothing. An account that is no target yet becomes a paused one: importing
    its past is no order to capture it.
    """
    profiles: list[ArchivedProfile] = []
    for number, path in enumerate(archive.profiles, start=1):
        profiles.append(read_profile(path))
        watch("reading", "profiles", number, len(archive.profiles))
    captures = [capture_of(pipeline, profile, times[profile.path]) for profile in profiles]
    new = pipeline.registry.captures.add_imported(captures)
    changes = land(pipeline, captures)
    return Intake(new, len(captures) - new, tuple(sorted({capture.target for capture in captures})), changes)


def capture_of(pipeline: Pipeline, profile: ArchivedProfile, moment: datetime) -> Capture:
    """Return the capture that an archived profile is, its snapshot kept in the lake."""
    row = profile.frame.row(0, named=True)
    target = target_of(pipeline, row["user_id"], row["username"])
    content = hashlib.blake2b(f"{row['user_id']} {moment.isoformat()}".encode(), digest_size=4).hexdigest()
    capture_id = f"{moment:%Y%m%dT%H%M%S}-{content}"
    stamp = Stamp(capture_id, target.label, "profile", moment, "complete", "user_id")
    path = snapshot_file.write(pipeline.settings.lake_dir, stamp, profile.frame)
    return Capture(
        capture_id=capture_id,
        target=target.label,
        surface="profile",
        round=None,
        origin=ORIGIN,
        started_at=moment,
        finished_at=moment,
        user_id=row["user_id"],
        username=row["username"],
        verdict="complete",
        reasons=[],
        row_count=1,
        distinct_count=1,
        page_count=0,
        snapshot=str(path),
    )


def target_of(pipeline: Pipeline, user_id: int, username: str) -> Target:
    """Return the target of the account, made and paused if there is none."""
    targets = pipeline.registry.targets
    known = targets.find_by_user_id(user_id)
    if known is not None:
        return known
    same_name = next((target for target in targets.all() if target.username == username), None)
    if same_name is None:
        added = targets.add(username, None, None, state="paused")
    elif same_name.user_id is None:
        added = same_name
    else:
        # The name has passed from one account to another; each keeps its own history.
        added = targets.add(username, f"account-{user_id}", None, state="paused")
    targets.identify(added.label, user_id, username)
    return added


def land(pipeline: Pipeline, captures: list[Capture]) -> int:
    """Land the captures and what follows them: an older capture changes what a newer one is compared with."""
    registry, settings = pipeline.registry, pipeline.settings
    with writing(settings.warehouse_file) as transaction:
        land_targets(transaction, registry.targets.all())
        ours = registry.captures.finished_among([capture.capture_id for capture in captures])
        changes = land_profiles(transaction, settings.lake_dir, ours, registry.captures).numbers["changes"]
    publish(settings.warehouse_file, settings.publications_dir, settings.publication, settings.publications_kept)
    return changes
