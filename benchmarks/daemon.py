"""Dagster's daemon on a data folder of its own, as processes that can be counted, timed and killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from intel_pipeline.cli.services import LOADING_SECONDS, LOCATION, answers, code_location, start, wait
from intel_pipeline.folders import PROJECT_ROOT

Part = Literal["daemon", "server", "run"]
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Daemon:
    """`dagster-daemon run` with DAGSTER_HOME=`home`, these further variables, and what it prints in `log`.

    It starts code servers of its own, a new one every minute; or, `served`, it uses one beside it, as `make dev` and a
    server do. That one is not started anew where it is killed.
    """

    home: Path
    variables: dict[str, str]
    log: Path
    served: bool = False
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    def start(self) -> None:
        """Start it."""
        # As an installation has it: with bytecode, which a process that may not write any would make anew.
        environment = {**os.environ, **self.variables, "DAGSTER_HOME": str(self.home), "PYTHONDONTWRITEBYTECODE": ""}
        workspace = self.serve(environment) if self.served else PROJECT_ROOT / "workspace.yaml"
        command = [str(Path(sys.executable).with_name("dagster-daemon")), "run", "--workspace", str(workspace)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603  our own words

    def serve(self, environment: Mapping[str, str]) -> Path:
        """Start a code server and wait until it answers; return the workspace that names it."""
        code, workspace = self.home / "code.sock", self.home / "workspace.yaml"
        location = {"grpc_server": {"socket": str(code), "location_name": LOCATION}}
        workspace.write_text(json.dumps({"load_from": [location]}), encoding="utf-8")
        server = start(code_location(code), environment)
        wait({"the code location": server}, lambda: answers(code), LOADING_SECONDS)
        return workspace

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self, part: Part) -> bool:
        """Kill a part with -9; return whether there was one."""
        return bool([killed(pid) for pid in self.parts().get(part, ())])

    def parts(self) -> dict[Part, list[int]]:
        """Return the numbers of the processes of this folder, by what they are."""
        found: dict[Part, list[int]] = {}
        for pid, words in self.processes():
            if part := part_of(words):
                found.setdefault(part, []).append(pid)
        return found

    def processes(self) -> Iterator[tuple[int, str]]:
        """Yield the processes that were started with this folder as their DAGSTER_HOME, and their command lines."""
        mark = f"DAGSTER_HOME={self.home}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            # One that ends meanwhile, or is somebody else's, is none of ours.
            with suppress(OSError):
                if int(folder.name) != os.getpid() and mark in (folder / "environ").read_bytes().split(b"\0"):
                    yield int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()

    def seconds(self) -> float:
        """Return the CPU seconds of all its processes so far, of those that have ended in whoever waited for them.

        Not by what they are: the daemon replaces code servers, and has theirs and their runs' by then.
        """
        return sum(cpu_of(pid) for pid, _ in self.processes())

    def stop(self) -> None:
        """End whatever of it is left."""
        if self.process is not None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        for pid, _ in self.processes():
            killed(pid)
        if self.process is not None:
            self.process.wait()

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()


def part_of(words: str) -> Part | None:
    """Return what a process is by its command line, None for a helper of Python's or of another program."""
    if "dagster-daemon" in words:
        return "daemon"
    if "api grpc" in words:
        return "server"
    return "run" if "spawn_main" in words else None


def killed(pid: int) -> int:
    """Kill a process with -9."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return pid


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process and of those of its children that have ended and were waited for."""
    with suppress(OSError):
        # The name, in brackets, may hold blanks.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return sum(int(number) for number in fields[11:15]) / TICKS
    return 0.0
