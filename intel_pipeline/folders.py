"""Where everything lies: the data folder, and what is in it by which name."""

import os
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings

from intel_pipeline.errors import SettingsError

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class Folders(BaseSettings):
    """The data folder, which is a setting, and the places in it, which are none."""

    data_dir: Annotated[Path, Field(description="Folder that holds everything a run writes.", examples=["data"])] = (
        PROJECT_ROOT / "data"
    )

    @cached_property
    def journal_dir(self) -> Path:
        """Pages as received, of captures that go on or have finished today; older ones are in the lake."""
        return self.data_dir / "journal"

    @cached_property
    def lake_dir(self) -> Path:
        """Snapshots and packed pages, in Parquet."""
        return self.data_dir / "lake"

    @cached_property
    def warehouse_file(self) -> Path:
        """The writers' DuckDB file; readers open `publication`."""
        return self.data_dir / "warehouse" / "warehouse.duckdb"

    @cached_property
    def publications_dir(self) -> Path:
        """One DuckDB file per publication."""
        return self.data_dir / "publications"

    @cached_property
    def publication(self) -> Path:
        """The name under which readers find the newest publication."""
        return self.data_dir / "intel.duckdb"

    @cached_property
    def exports_dir(self) -> Path:
        """Exports that were given no other place."""
        return self.data_dir / "exports"

    @cached_property
    def registry_file(self) -> Path:
        """The registry in SQLite, where no other is set."""
        return self.data_dir / "registry.db"

    @cached_property
    def moved_registry_file(self) -> Path:
        """What is left of it once the registry has moved to PostgreSQL: not used any more, and not to be replaced."""
        return self.data_dir / "registry.db.moved"

    @cached_property
    def vault_dir(self) -> Path:
        """Sealed sessions and, by default, the key file."""
        return self.data_dir / "vault"

    @cached_property
    def dagster_dir(self) -> Path:
        """Dagster's own storage."""
        return self.data_dir / "dagster"

    @cached_property
    def world_file(self) -> Path:
        """Present only in a demo's data folder: the simulated world that stands in for Instagram there."""
        return self.data_dir / "world.json"

    def make_directories(self) -> None:
        """Make every folder before anything opens a file in it, and let this process write for its owner's eyes only.

        Raises SettingsError where the data folder cannot be written.
        """
        folders = (self.data_dir, self.journal_dir, self.lake_dir, self.warehouse_file.parent, self.publications_dir)
        os.umask(0o077)
        try:
            for folder in (*folders, self.dagster_dir, self.vault_dir):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Keys, sessions and other people's names must not end up in a repository by `git add`.
            ignore = self.data_dir / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
        except OSError as error:
            problem = f"INTEL_DATA_DIR={self.data_dir} cannot be used as the data folder: {error.strerror}"
            fix = "name a folder that you may write to, for example INTEL_DATA_DIR=$HOME/intel-data"
            raise SettingsError(problem, fix) from error
