"""What stands beside an export: what it holds and where it came from. Written last, so that what has one is whole."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from intel_pipeline.exports.description import Column, Form, Rows


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written."""

    path: Path
    rows: int
    bytes: int
    sha256: str


def manifest_path(path: Path) -> Path:
    """Return where the manifest of the export at `path` stands."""
    return path.with_name(f"{path.name}.manifest.json")


def manifest(  # noqa: PLR0913  all that is to be told
    done: Exported, rows: Rows, form: Form, columns: list[Column], generation: Path, now: datetime
) -> str:
    """Return the manifest's text."""
    selection = rows.selection
    told: dict[str, Any] = {
        "file": done.path.name,
        "rows": done.rows,
        "bytes": done.bytes,
        "sha256": done.sha256,
        "columns": [column._asdict() for column in columns],
        **asdict(form),
        "table": rows.table.name if rows.table else None,
        "target": selection.target,
        "since": selection.since,
        "until": selection.until,
        "time_column": rows.table.time if rows.table and selection.period else None,
        "query": rows.sql,
        "publication": generation.name,
        "exported_at": now.isoformat(),
        "version": f"intel-pipeline {version('intel-pipeline')}",
    }
    return json.dumps(told, indent=2, default=str, ensure_ascii=False) + "\n"


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
