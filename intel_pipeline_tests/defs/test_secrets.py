"""Nothing that a whole round leaves behind tells a secret: every file, unpacked as far as it can be, is searched."""

import base64
import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import polars as pl
import pytest

from intel_pipeline.capture.journal import Journal
from intel_pipeline.clock import today
from intel_pipeline.defs.running import open_instance, run_tick
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.simulator.faults import Scripted
from intel_pipeline.simulator.wire.exchange import json_reply
from intel_pipeline.vault_keys import KEY_FILE
from intel_pipeline.warehouse.writer import connected
from intel_pipeline_tests.worlds import START, VIEWER, next_morning, small_pipeline


def spellings(secret: str) -> set[bytes]:
    """Return how a secret may be spelt in a file."""
    plain = {secret, unquote(secret), quote(secret, safe="")}
    coded = {base64.b64encode(one.encode()).rstrip(b"=")[:-1] for one in plain} | {
        one.encode().hex().encode() for one in plain
    }
    return {one.encode() for one in plain} | {one.encode("utf-16-le") for one in plain} | coded


def unpacked(pipeline: Pipeline, path: Path) -> Iterator[bytes]:
    """Yield what a file holds, as it is and without its compression."""
    yield path.read_bytes()
    match path.suffix:
        case ".pages":
            with Journal(path, pipeline.clock) as journal:
                yield from (repr(page).encode() for page in journal)
        case ".parquet":
            yield repr(pl.read_parquet(path).rows()).encode()
        case ".duckdb":
            with connected(path, read_only=True) as connection:
                for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
                    yield repr(connection.execute(f'from "{table}"').fetchall()).encode()


def holders(pipeline: Pipeline, secret: str) -> list[str]:
    """Return the files that hold the secret, the key file aside."""
    folder, wanted = pipeline.settings.data_dir, spellings(secret)
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.name != KEY_FILE
        if any(one in content for content in unpacked(pipeline, path) for one in wanted)
    ]


@pytest.fixture
def pipeline(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Pipeline:
    """A pipeline that has gone through a round, a round with failures, and everything that is logged, written down."""
    caplog.set_level(logging.DEBUG)
    pipeline = small_pipeline(tmp_path, ["open", "friendly", "closed"])
    assert pipeline.instagram is not None
    with open_instance(pipeline.settings) as instance:
        run_tick(pipeline, instance, today(pipeline.clock))
        pipeline.instagram.faults.append(Scripted("/friendships/", json_reply({"users": "of another shape"}), times=2))
        day = next_morning(pipeline)
        run_tick(pipeline, instance, day)
        pipeline.instagram.faults.append(Scripted("/friendships/", json_reply({"message": "checkpoint_required"}, 400)))
        run_tick(pipeline, instance, next_morning(pipeline))
    (pipeline.settings.data_dir / "all.log").write_text(caplog.text)
    return pipeline


def test_no_password_no_cookie_and_no_key_is_left_anywhere(pipeline: Pipeline) -> None:
    sealed = pipeline.vault().unseal("desk")
    key = (pipeline.settings.vault_dir / KEY_FILE).read_text().strip()
    secrets = {"password": VIEWER.password, "key": key}
    secrets |= {name: sealed["cookies"][name] for name in ("sessionid", "csrftoken")}
    assert {name: where for name, secret in secrets.items() if (where := holders(pipeline, secret))} == {}


def test_the_search_finds_what_is_there_packed_or_not(pipeline: Pipeline) -> None:
    assert pipeline.instagram is not None
    world = pipeline.instagram.world
    somebody = next(iter(world.followers_of(world.target_id("open"), START)))
    assert {path.split("/")[0] for path in holders(pipeline, somebody.username)} >= {
        *("journal", "lake", "warehouse", "publications")
    }
    (pipeline.settings.dagster_dir / "note").write_bytes(base64.b64encode(VIEWER.password.encode()))
    assert holders(pipeline, VIEWER.password) == ["dagster/note"]
