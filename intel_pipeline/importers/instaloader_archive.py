"""Profiles out of folders that instaloader has written.

The files are parsed here as JSON. Instaloader's own classes would ask Instagram for whatever a file lacks.

Such a file holds `{"node": {...}, "instaloader": {"version", "node_type"}}` and neither the time of its capture nor,
as a rule, the number of posts.
"""

import json
import lzma
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intel_pipeline.errors import ArchiveError, DamagedFileError
from intel_pipeline.importers.instaloader_node import row_of
from intel_pipeline.importers.manifest import times_of

if TYPE_CHECKING:
    import polars as pl

PATTERNS = ("*.json", "*.json.xz")
PROFILE = "Profile"
FOREIGN = "no file of instaloader's"
# A profile is some 17 kB. A few kilobytes of xz can claim any size, in the text and in the dictionary to unpack it.
LARGEST_TEXT = 64 * 2**20
LARGEST_DICTIONARY = 128 * 2**20


@dataclass(frozen=True, slots=True)
class ArchivedProfile:
    """One profile as saved: a single row, as `contracts.profile.ProfileSnapshot`."""

    path: Path
    instaloader_version: str | None
    frame: "pl.DataFrame"


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder and what lies in it at any depth: `profiles` to read, sorted, and what was `skipped`, by kind.

    Making one opens every JSON file in the folder. Raises ArchiveError where there is no profile to be had;
    DamagedFileError where files cannot be read, which names them: any may have been a profile.
    """

    folder: Path
    profiles: tuple[Path, ...] = field(init=False)
    skipped: Counter[str] = field(init=False)

    def __post_init__(self) -> None:
        """Look through the folder."""
        if not self.folder.is_dir():
            problem = f"there is no folder {self.folder}"
            raise ArchiveError(problem, "name the folder that instaloader wrote to, or any folder above it")
        files = sorted(path for pattern in PATTERNS for path in self.folder.rglob(pattern) if path.is_file())
        if not files:
            problem = f"{self.folder} is no archive of instaloader's: no file in it ends in .json or .json.xz"
            raise ArchiveError(problem, "let instaloader save metadata: leave out its option --no-metadata-json")
        kinds = kinds_of(files)
        profiles = tuple(path for path, kind in kinds.items() if kind == PROFILE)
        skipped = Counter(kind for kind in kinds.values() if kind != PROFILE)
        if not profiles:
            found = ", ".join(f"{count} x {kind}" for kind, count in sorted(skipped.items()))
            problem = f"{self.folder} holds no profile, only: {found}"
            raise ArchiveError(problem, "look for <name>_<id>.json.xz, which instaloader saves beside the posts")
        object.__setattr__(self, "profiles", profiles)
        object.__setattr__(self, "skipped", skipped)


def find_profiles(folder: Path) -> list[Path]:
    """Return the files in `folder`, at any depth, that hold a profile, sorted. Raises what Archive raises."""
    return list(Archive(folder).profiles)


def read_profile(path: Path) -> ArchivedProfile:
    """Return the profile that the file at `path` holds.

    Raises DamagedFileError for a file that is cut short; ArchiveError for one that holds something else;
    ContractError for values that no profile has, such as a negative count.
    """
    import polars as pl

    from intel_pipeline.contracts.profile import SCHEMA, ProfileSnapshot
    from intel_pipeline.contracts.validation import validated

    content = parsed(path)
    kind = kind_of(content)
    if kind != PROFILE:
        problem = f"{path} holds {kind if kind == FOREIGN else f'a {kind} of instaloader'}, not a profile"
        raise ArchiveError(problem, "name a file <name>_<id>.json.xz, or its folder to have the others skipped")
    version = content["instaloader"].get("version")
    frame = pl.DataFrame([row_of(content["node"], path)], schema=SCHEMA)
    return ArchivedProfile(
        path=path,
        instaloader_version=version if isinstance(version, str) else None,
        frame=validated(ProfileSnapshot, frame, f"the profile in {path}"),
    )


def capture_times(
    paths: Sequence[Path], captured_at: datetime | None, manifest: Path | None, *, folder: Path, now: datetime
) -> dict[Path, datetime]:
    """Return when each of the profiles at `paths` in the archive `folder` was captured, in UTC.

    The times come from `captured_at` and `manifest`, as `importers.manifest` describes, and from nowhere else.
    Raises ArchiveError where one is missing or impossible, or where an account has two captures at one time.
    """
    times = times_of(paths, captured_at, manifest, folder=folder, now=now)
    taken: dict[tuple[int, datetime], Path] = {}
    for path, time in times.items():
        user_id = read_profile(path).frame.item(0, "user_id")
        other = taken.setdefault((user_id, time), path)
        if other != path:
            problem = f"{other} and {path} hold the same account, captured at the same time, {time:%Y-%m-%dT%H:%M:%SZ}"
            raise ArchiveError(problem, "give each its own time in a manifest, or move one out of the folder")
    return times


def kinds_of(files: list[Path]) -> dict[Path, str]:
    """Return what each file holds, or raise one DamagedFileError about all that cannot be read."""
    kinds: dict[Path, str] = {}
    damaged: list[DamagedFileError | ArchiveError] = []
    for path in files:
        try:
            kinds[path] = kind_of(parsed(path))
        except (DamagedFileError, ArchiveError) as error:
            damaged.append(error)
    if len(damaged) == 1:
        raise damaged[0]
    if damaged:
        problem = f"{len(damaged)} files cannot be read:" + "".join(f"\n  - {error.problem}" for error in damaged)
        raise DamagedFileError(problem, "copy them anew from where they came from, or move them out of the folder")
    return kinds


def kind_of(content: Any) -> str:  # noqa: ANN401  whatever JSON holds
    """Return instaloader's name for what a parsed file holds: Profile, Post, StoryItem, …, or FOREIGN."""
    if not isinstance(content, dict):
        return FOREIGN
    envelope = content.get("instaloader")
    if isinstance(envelope, dict) and isinstance(content.get("node"), dict):
        kind = envelope.get("node_type")
        return kind if isinstance(kind, str) else FOREIGN
    # Instaloader 3 saved posts without an envelope.
    return "Post" if isinstance(content.get("shortcode"), str) else FOREIGN


def parsed(path: Path) -> Any:  # noqa: ANN401  whatever JSON holds
    """Return what the JSON in `path` says, or raise DamagedFileError, or ArchiveError for one that is too large."""
    try:
        packed = path.read_bytes() if path.stat().st_size <= LARGEST_TEXT else None
    except OSError as error:
        problem = f"{path} cannot be opened: {error.strerror}"
        raise DamagedFileError(problem, "check that the file exists and that you may read it") from error
    text = unpacked(packed, path) if packed and path.suffix == ".xz" else packed
    if text is None or len(text) > LARGEST_TEXT:
        problem = f"{path} holds more than {LARGEST_TEXT // 2**20} MB of JSON, where a profile takes kilobytes"
        raise ArchiveError(problem, "it was not written by instaloader: move it out of the folder")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise damaged_file(path, "is cut short or no JSON") from error


def unpacked(packed: bytes, path: Path) -> bytes:
    """Return the text in an xz file, at most one byte more than LARGEST_TEXT, or raise DamagedFileError."""
    decompressor = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=LARGEST_DICTIONARY)
    try:
        text = decompressor.decompress(packed, max_length=LARGEST_TEXT + 1)
    except lzma.LZMAError as error:
        raise damaged_file(path, "cannot be unpacked") from error
    if not decompressor.eof and len(text) <= LARGEST_TEXT:
        raise damaged_file(path, "is cut short")
    return text


def damaged_file(path: Path, what: str) -> DamagedFileError:
    """Return the error for a file that cannot be read."""
    problem = f"{path} {what}"
    return DamagedFileError(problem, "copy it anew from where it came from, or move it out of the folder")
