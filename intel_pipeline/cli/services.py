"""Code location, daemon and the one server, which shows the Dagster UI too: started together and ended together.

`dagster dev` would do, but warns of itself at each start, runs twice as many processes, and leaves some behind when it
is terminated.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from intel_pipeline.errors import ServiceError
from intel_pipeline.stopping import stop_signals

LOCATION = "intel_pipeline"
# A cold, busy machine imports for long.
LOADING_SECONDS = 180
# What a run needs to write down where it is.
ENDING_SECONDS = 20
LOOK_SECONDS = 0.1

Process = subprocess.Popen[bytes]


def run(host: str, port: int, environment: Mapping[str, str]) -> None:
    """Run until interrupted or terminated; raise ServiceError where one of them ends by itself."""
    with tempfile.TemporaryDirectory(prefix="intel-pipeline-") as folder, stop_signals() as stopped:
        # Not in the data folder: the path of a socket may be no longer than about a hundred characters.
        code = Path(folder) / "code.sock"
        workspace = Path(folder) / "workspace.yaml"
        location = {"grpc_server": {"socket": str(code), "location_name": LOCATION}}
        workspace.write_text(json.dumps({"load_from": [location]}), encoding="utf-8")
        running: dict[str, Process] = {}
        try:
            running["the code location"] = start(code_location(code), environment)
            # Whoever asks it earlier warns that it cannot be reached.
            wait(running, lambda: stopped() or answers(code), LOADING_SECONDS)
            running["the daemon"] = start(daemon(workspace), environment)
            running["the server"] = start(server(workspace, host, port), environment)
            wait(running, stopped, None)
        finally:
            end(list(running.values()))


def code_location(code: Path) -> list[str]:
    """Return the words that serve our definitions."""
    words = ["dagster", "api", "grpc", "--module-name", "intel_pipeline.definitions", "--socket", str(code)]
    return [*words, "--location-name", LOCATION, "--log-level", "warning"]


def daemon(workspace: Path) -> list[str]:
    """Return the words that run schedules, sensors and queued runs."""
    return ["dagster._daemon", "run", "--workspace", str(workspace)]


def server(workspace: Path, host: str, port: int) -> list[str]:
    """Return the words that serve dashboard, API and the Dagster UI."""
    return ["intel_pipeline.web", host, str(port), str(workspace)]


def start(words: Sequence[str], environment: Mapping[str, str]) -> Process:
    """Start one, in a group of its own: a Ctrl-C is ours to pass on, and its runs are ended with it."""
    return subprocess.Popen([sys.executable, "-m", *words], env=environment, start_new_session=True)  # noqa: S603  fixed words


def answers(code: Path) -> bool:
    """Tell whether the code location is loaded: it listens no earlier."""
    with socket.socket(socket.AF_UNIX) as asking:
        return asking.connect_ex(str(code)) == 0


def wait(running: Mapping[str, Process], done: Callable[[], bool], seconds: float | None) -> None:
    """Wait until it is done, all of them running meanwhile."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while not done():
        for name, process in running.items():
            if process.poll() is not None:
                problem = f"{name} has ended by itself, with exit code {process.returncode}"
                raise ServiceError(problem, "what it has printed above says why; the rest has been ended too")
        if deadline is not None and time.monotonic() > deadline:
            problem = f"the definitions have not been loaded within {seconds:.0f} s"
            raise ServiceError(problem, "see what this prints: python -m intel_pipeline.definitions")
        time.sleep(LOOK_SECONDS)


def end(processes: Sequence[Process]) -> None:
    """End processes and whatever they have started: what does not end when asked is killed."""
    deadline = time.monotonic() + ENDING_SECONDS
    left = [process for process in processes if sent(process, signal.SIGTERM)]
    while left and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        left = [process for process in left if sent(process, 0)]
    for process in left:
        sent(process, signal.SIGKILL)
        process.wait()


def sent(process: Process, number: int) -> bool:
    """Send a signal to a process and all of its group; return whether anybody is left there."""
    # Once it has ended it stays in its group until somebody asks how.
    process.poll()
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return False
    return True
