"""Code location, daemon and server as `intel-pipeline dev` starts them: real ones, on a port of their own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from intel_pipeline.cli.services import Process, end, wait
from intel_pipeline.errors import ServiceError
from intel_pipeline.folders import PROJECT_ROOT

DEADLINE = 60
WS = Subprotocol("graphql-ws")
DEAF = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.execv(sys.executable, [sys.executable, "-m", "intel_pipeline", "dev", "--port", sys.argv[1]])
"""


def until(done: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + DEADLINE
    while not done():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def invited(log: Path) -> list[str]:
    """Return the address at which the first admin is made, as it was printed."""
    return re.findall(r"http://\S+/set-up\?token=\S+", log.read_text())


def set_up(port: int, log: Path) -> httpx2.Client:
    """Return the browser of the first admin."""
    origin = f"http://127.0.0.1:{port}"
    browser = httpx2.Client(base_url=origin, headers={"origin": origin}, timeout=10)
    token = invited(log)[0].partition("token=")[2]
    password = "correct horse battery staple"
    given = {"token": token, "name": "ada", "password": password, "again": password}
    assert browser.post("/set-up", data=given).status_code == 303
    return browser


def shown(browser: httpx2.Client) -> bool:
    """Tell whether the one address shows our pages, our definitions, and a daemon that has looked for ended runs."""
    question = """{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } }
        instance { daemonHealth { daemonStatus(daemonType: "EVENT_LOG_CONSUMER") { healthy } } } }"""
    answer = browser.post("/dagster/graphql", json={"query": question}).text
    pages = [browser.get(path).status_code for path in ("/", "/dagster/", "/readyz", "/metrics")]
    return "__repository__" in answer and '"healthy":true' in answer.replace(" ", "") and pages == [200] * 4


def of_folder(folder: Path) -> list[str]:
    """Return the processes that have the data folder in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are counted in /proc")
@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_clean_folder_starts_without_a_warning_and_ends_with_every_process(tmp_path: Path, asked: int) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder, log = tmp_path / "data", tmp_path / "log"
    with log.open("w") as out:
        served = subprocess.Popen(  # noqa: S603  our own interpreter
            [sys.executable, "-c", DEAF, str(port)],
            # Where another `dagster.yaml` lies, and as a script starts what is in its background: deaf to Ctrl-C.
            cwd=PROJECT_ROOT,
            env={**os.environ, "INTEL_DATA_DIR": str(folder), "PYTHONPATH": str(PROJECT_ROOT)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        until(lambda: bool(invited(log)) or served.poll() is not None, log)
        with closing(set_up(port, log)) as browser:
            until(lambda: shown(browser) or served.poll() is not None, log)
            cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        origin, head = Origin(f"http://127.0.0.1:{port}"), {"cookie": cookie}
        # A page of the Dagster UI that is open must not hold up the end.
        with connect(
            f"ws://127.0.0.1:{port}/dagster/graphql", subprotocols=[WS], origin=origin, additional_headers=head
        ) as page:
            processes = of_folder(folder)
            served.send_signal(asked)
            served.wait(DEADLINE)
            with pytest.raises(ConnectionClosed):
                page.recv(timeout=DEADLINE)
    assert len(processes) == 4, processes
    assert of_folder(folder) == []
    assert not re.search("warning|error|traceback", log.read_text(), re.IGNORECASE), log.read_text()
    assert served.returncode == 0


def process(code: str) -> Process:
    started = subprocess.Popen(  # noqa: S603  our own interpreter
        [sys.executable, "-c", code], start_new_session=True, stdout=subprocess.PIPE
    )
    assert started.stdout
    started.stdout.readline()
    return started


def test_whoever_ends_by_itself_is_named_and_the_others_are_not_waited_for() -> None:
    with process("print(1, flush=True); raise SystemExit(3)") as ending:
        ending.wait()
        with pytest.raises(ServiceError, match="the daemon has ended by itself, with exit code 3"):
            wait({"the daemon": ending}, lambda: False, None)


def test_whoever_does_not_load_in_time_is_told_of() -> None:
    with pytest.raises(ServiceError, match="not been loaded within 0 s"):
        wait({}, lambda: False, 0)


def test_a_process_that_minds_no_signal_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intel_pipeline.cli.services.ENDING_SECONDS", 0.2)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(99)"
    with process(deaf) as started:
        end([started])
        assert started.returncode == -signal.SIGKILL
