"""The dashboard's pages at a million changes of 200 targets, beside Streamlit and Dash showing the overview.

`python -m benchmarks.pages`, or on a data folder that was made for it before: FOLDER.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, Request

from benchmarks import limits
from benchmarks.report import Report, over, tell
from benchmarks.year_world import lived
from intel_pipeline.folders import PROJECT_ROOT
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.audit import Actor
from intel_pipeline.registry.store import open_registry
from intel_pipeline.settings import Settings, load_settings
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.warehouse.derive import publish_now
from intel_pipeline.warehouse.rebuilding import rebuild
from intel_pipeline.web.access.passwords import hashed
from intel_pipeline_tests.warehouse.lands import START
from intel_pipeline_tests.web.chromium import chromium

# Targets, followers of each, days: a hundredth of them new each day and another gone comes to a million changes.
SIZE = (200, 2_100, 120)
PATHS = (
    "/",
    "/changes",
    "/targets/desk-007",
    "/targets/desk-007/followers",
    "/targets/desk-007/posts",
    "/targets/desk-007/audience",
    "/compare?targets=desk-001&targets=desk-002&targets=desk-003",
    "/health",
    "/health/captures",
    "/collection",
    "/query",
    "/watchlist",
)
VIEWS, WARM = 200, 5
RIVALS = PROJECT_ROOT / "benchmarks" / "rivals"
PYTHON = PROJECT_ROOT / ".rivals" / "bin" / "python"
QUERY = PROJECT_ROOT / "intel_pipeline" / "web" / "queries" / "overview.sql"
PASSWORD = "a password of the benchmark alone"  # noqa: S105  there is nothing behind it
COLUMNS = ("page", "cold s", "warm s", "HTML and JSON kB", "all kB", "server MB")


@dataclass(slots=True)
class Loads:
    """What loading a page took: seconds of each load, bytes of the first one."""

    seconds: list[float] = field(default_factory=list)
    told: int = 0
    whole: int = 0

    def warm(self) -> float:
        """Return the median of all loads but the first."""
        return statistics.median(self.seconds[1:])


def run(folder: Path | None = None) -> Report:
    """Make the world where none is given, and look at every page of it."""
    with tempfile.TemporaryDirectory() as name:
        settings = load_settings(data_dir=folder or Path(name) / "data")
        if folder is None:
            make(settings, *SIZE)
        let_in(settings)
        rows: list[tuple[object, ...]] = []
        broken: list[str] = []
        with chromium() as browser:
            with server(settings) as (origin, process):
                page = signed_in(browser, origin)
                for path in PATHS:
                    loads = loaded(page, origin + path, ready)
                    rows.append(row_of(path, loads, process))
                    broken += over(f"{path} cold, seconds", loads.seconds[0], limits.COLD_SECONDS)
                    broken += over(f"{path} warm, seconds", loads.warm(), limits.WARM_SECONDS)
                    broken += over(f"{path} HTML and JSON, kB", loads.told / 1e3, limits.PAGE_KB)
                    broken += over(f"{path} assets, kB", (loads.whole - loads.told) / 1e3, limits.ASSETS_KB)
                for number in range(VIEWS):
                    page.goto(origin + PATHS[number % len(PATHS)])
                taken = resident(process.pid)
                rows.append((f"after {VIEWS} more views", None, None, None, None, round(taken)))
                broken += over(f"server after {VIEWS} views, MB", taken, limits.SERVER_MB)
            for rival, words in rivals(settings):
                with running(words) as (origin, process):
                    loads = loaded(browser.new_context().new_page(), origin, shown)
                    rows.append(row_of(f"the overview in {rival}", loads, process))
    return Report("The dashboard at a million changes of 200 targets", COLUMNS, rows, broken)


def make(settings: Settings, targets: int, followers: int, days: int) -> None:
    """Let days pass, and publish them."""
    # The last day is yesterday, since the server goes by the machine's clock.
    lived(settings.data_dir, targets, followers, days, (datetime.now(UTC) - START).days - days)
    clock = VirtualClock(datetime.now(UTC))
    pipeline = Pipeline(settings, clock, open_registry(settings.registry_location, clock))
    rebuild(pipeline, None, lambda *_: None)
    publish_now(pipeline)
    pipeline.registry.close()


def let_in(settings: Settings) -> None:
    """Add the user that looks."""
    clock = VirtualClock(datetime.now(UTC))
    registry = open_registry(settings.registry_location, clock)
    if not registry.users.has_admin():
        actor = Actor(datetime.now(UTC), None, "command")
        registry.users.add(actor, "ada", "admin", hashed(PASSWORD, "ada"))
    registry.close()


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        port: int = asking.getsockname()[1]
    return port


@contextmanager
def server(settings: Settings) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve the dashboard as its command does."""
    port = free_port()
    words = [sys.executable, "-m", "intel_pipeline", "serve", "--port", str(port)]
    environment = {**os.environ, "INTEL_DATA_DIR": str(settings.data_dir)}
    with started(words, port, environment) as process:
        yield f"http://127.0.0.1:{port}", process


def rivals(settings: Settings) -> Iterator[tuple[str, Callable[[int], list[str]]]]:
    """Yield each rival's name, and the words that start it on a port."""
    publication = str(settings.publication.resolve())
    # The last day that was lived, as the dashboard takes today.
    asked = [publication, str(QUERY), str(datetime.now(UTC).date() - timedelta(days=1))]
    options = ["--server.headless=true", "--browser.gatherUsageStats=false", "--server.address=127.0.0.1"]
    page = str(RIVALS / "streamlit_page.py")
    yield (
        "Streamlit",
        lambda port: ["-m", "streamlit", "run", page, *options, f"--server.port={port}", "--", *asked],
    )
    yield "Dash", lambda port: [str(RIVALS / "dash_page.py"), str(port), *asked]


@contextmanager
def running(words: Callable[[int], list[str]]) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve a rival's page."""
    port = free_port()
    with started([str(PYTHON), *words(port)], port, dict(os.environ)) as process:
        yield f"http://127.0.0.1:{port}", process


@contextmanager
def started(words: Sequence[str], port: int, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server, wait until it listens, and end it."""
    silent = subprocess.DEVNULL
    process = subprocess.Popen(words, env=environment, stdout=silent, stderr=silent)  # noqa: S603  words of ours
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def signed_in(browser: Browser, origin: str) -> Page:
    """Return a page whose user has signed in, with nothing but that page in its cache."""
    page = browser.new_context().new_page()
    # Not the overview, which is to be seen for the first time later.
    page.goto(f"{origin}/sign-in?next=/account")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(f"{origin}/account")
    return page


def loaded(page: Page, url: str, wait: Callable[[Page], None]) -> Loads:
    """Load a page once, and some times more."""
    loads = Loads()
    counting = True

    def count(request: Request) -> None:
        if not counting:
            return
        try:
            size = request.sizes()["responseBodySize"]
        except Error:
            # A web socket, or what was cut off: it has none.
            return
        loads.whole += size
        loads.told += size if request.resource_type in ("document", "xhr", "fetch") else 0

    page.on("requestfinished", count)
    for _ in range(1 + WARM):
        began = time.perf_counter()
        page.goto(url)
        wait(page)
        loads.seconds.append(time.perf_counter() - began)
        counting = False
    page.remove_listener("requestfinished", count)
    return loads


def ready(page: Page) -> None:
    """Wait until a page of ours has run its scripts."""
    page.locator("body[data-ready='1']").wait_for()


def shown(page: Page) -> None:
    """Wait until a rival's page shows its end."""
    page.locator("#ready").or_(page.get_by_text("ready", exact=True)).first.wait_for(timeout=60_000)


def row_of(name: str, loads: Loads, process: subprocess.Popen[bytes]) -> tuple[object, ...]:
    """Return a row of the table."""
    kilobytes = [round(size / 1e3) for size in (loads.told, loads.whole)]
    return name, round(loads.seconds[0], 2), round(loads.warm(), 2), *kilobytes, round(resident(process.pid))


def resident(pid: int) -> float:
    """Return the megabytes that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    tell([run(*map(Path, sys.argv[1:]))])
