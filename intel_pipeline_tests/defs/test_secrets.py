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
from intel_pipeline.definitions import defs
from intel_pipeline.defs.running import failure_of, open_instance, run_tick
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.simulator.faults import Scripted
from intel_pipeline.simulator.wire.exchange import json_reply
from intel_pipeline.vault_keys import KEY_FILE
from intel_pipeline.warehouse.writer import connected
from intel_pipeline_tests.postgresql import PASSWORD, Server, database_of
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
def registry_url(postgresql: Server) -> Iterator[str]:
    with postgresql.registry() as url:
        yield url


@pytest.fixture
def pipeline(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, registry_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pipeline]:
    """A pipeline that has gone through a round, a round with failures, and everything that is logged, written down.

    Its registry is on PostgreSQL, by a URL with a password that the environment holds, as an operator's does.
    """
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("INTEL_REGISTRY_URL", registry_url)
    pipeline = small_pipeline(tmp_path, ["open", "friendly", "closed"], registry_url=registry_url)
    assert pipeline.instagram is not None
    with open_instance(pipeline.settings) as instance:
        run_tick(pipeline, instance, today(pipeline.clock))
        pipeline.instagram.faults.append(Scripted("/friendships/", json_reply({"users": "of another shape"}), times=2))
        day = next_morning(pipeline)
        run_tick(pipeline, instance, day)
        pipeline.instagram.faults.append(Scripted("/friendships/", json_reply({"message": "checkpoint_required"}, 400)))
        run_tick(pipeline, instance, next_morning(pipeline))
    (pipeline.settings.data_dir / "all.log").write_text(caplog.text)
    yield pipeline
    pipeline.registry.close()


def test_no_password_no_cookie_and_no_key_is_left_anywhere(pipeline: Pipeline) -> None:
    sealed = pipeline.vault().unseal("desk")
    key = (pipeline.settings.vault_dir / KEY_FILE).read_text().strip()
    secrets = {"password": VIEWER.password, "key": key, "registry": PASSWORD}
    secrets |= {name: sealed["cookies"][name] for name in ("sessionid", "csrftoken")}
    assert {name: where for name, secret in secrets.items() if (where := holders(pipeline, secret))} == {}


def test_a_registry_that_refuses_its_password_fails_the_run_at_once_and_the_password_is_left_nowhere(
    tmp_path: Path, postgresql: Server, registry_url: str, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    pipeline = small_pipeline(tmp_path, ["open"], registry_url=registry_url)
    pipeline.registry.close()
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("INTEL_DATA_DIR", str(pipeline.settings.data_dir))
    monkeypatch.chdir(tmp_path)
    for url, said in (
        (postgresql.url(database_of(registry_url), password="cAnArY-wrong"), "does not accept the role and password"),
        ("postgresql://intel:cAnArY-wrong/intel", "cannot be read as a URL"),
    ):
        monkeypatch.setenv("INTEL_REGISTRY_URL", url)
        with open_instance(pipeline.settings) as instance:
            result = defs.resolve_job_def("tick").execute_in_process(
                instance=instance, partition_key=START.date().isoformat(), raise_on_error=False
            )
        assert not result.success
        assert said in failure_of(result)
        assert not [event for event in result.all_events if event.is_step_up_for_retry]
    (pipeline.settings.data_dir / "all.log").write_text(caplog.text)
    assert holders(pipeline, "cAnArY-wrong") == []


def test_the_search_finds_what_is_there_packed_or_not(pipeline: Pipeline) -> None:
    assert pipeline.instagram is not None
    world = pipeline.instagram.world
    somebody = next(iter(world.followers_of(world.target_id("open"), START)))
    assert {path.split("/")[0] for path in holders(pipeline, somebody.username)} >= {
        *("journal", "lake", "warehouse", "publications")
    }
    (pipeline.settings.dagster_dir / "note").write_bytes(base64.b64encode(VIEWER.password.encode()))
    assert holders(pipeline, VIEWER.password) == ["dagster/note"]
