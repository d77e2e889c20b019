"""A real Chromium that notes whatever it complains of."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, sync_playwright
from starlette.types import ASGIApp

CHROMIUM = shutil.which("chromium")


@contextmanager
def served(made: Callable[[int], ASGIApp]) -> Iterator[str]:
    """Serve the application that is made for a port of loopback; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(made(port), log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(20)


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Start the machine's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *flags])
        try:
            yield browser
        finally:
            browser.close()


@dataclass  # no slots: Playwright hangs something on whoever listens
class Look:
    """A page in a browser, and all that went wrong on it."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note errors of the console (what the policy refuses is one), foreign requests, and answers of 5xx."""
        self.page.on("console", lambda said: self.note("console", said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.note("script", str(error)))
        self.page.on("request", lambda asked: self.foreign(asked.url))
        self.page.on("response", self.answered)

    def note(self, kind: str, text: str) -> None:
        """Note one thing."""
        self.complaints.append(f"{kind} on {self.page.url.removeprefix(self.origin)}: {text}")

    def foreign(self, url: str) -> None:
        """Note a request to another host."""
        if not url.startswith((self.origin, "data:", "blob:")):
            self.note("request", url)

    def answered(self, response: Response) -> None:
        """Note an answer that is the server's fault."""
        if response.status >= 500:
            self.note("answer", f"{response.status} {response.url}")

    def open(self, path: str) -> None:
        """Open a page and wait until its scripts are done."""
        self.page.goto(self.origin + path)
        self.page.locator("body[data-ready='1']").wait_for(timeout=20_000)

    def accessibility(self) -> list[str]:
        """Return what axe finds wrong with the page as it is."""
        found: dict[str, Any] = Axe().run(self.page).response
        return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"][:3]]


def look(browser: Browser, origin: str, width: int = 1280, scheme: Any = "light", *, scripts: bool = True) -> Look:  # noqa: ANN401  playwright's own words for it
    """Return a new page of its own that is watched."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
    )
    made = Look(context.new_page(), origin)
    made.watch()
    return made
