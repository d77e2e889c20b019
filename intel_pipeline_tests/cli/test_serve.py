"""The dashboard alone, as `intel-pipeline serve` serves it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2

from intel_pipeline.folders import PROJECT_ROOT
from intel_pipeline.web.binding import Binding, listen


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603  our own interpreter
        [sys.executable, "-m", "intel_pipeline", "serve", *words],
        cwd=folder,
        env={**os.environ, "INTEL_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(PROJECT_ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_it_says_where_it_is_shows_pages_without_dagster_and_ends_when_asked(tmp_path):
    with listen(Binding("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(tmp_path, "--port", str(port)) as process:
        assert process.stderr
        said = process.stderr.readline() + process.stderr.readline()
        while "token=" not in said:
            said += process.stderr.readline()
        assert re.search(rf"http://127.0.0.1:{port} shows ", said)
        with closing(httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)) as client:
            assert client.get("/readyz").json()["checks"]["daemon"]["why"] == "this server runs without Dagster"
            assert client.get("/", headers={"accept": "text/html"}).headers["location"] == "/sign-in?next=%2F"
            assert client.get("/sign-in").status_code == 200
            absent = client.get("/dagster/runs")
            assert (absent.status_code, "`intel-pipeline dev`" in absent.json()["fix"]) == (404, True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert process.stderr.read() == ""


def test_without_an_admin_it_does_not_listen_where_others_could_come_first(tmp_path):
    with serving(tmp_path, "--host", "0.0.0.0", "--port", "3999") as process:  # noqa: S104  it refuses
        assert process.stderr
        said = process.stderr.read()
    assert "there is no admin yet" in said
    assert process.returncode == 2
