"""Journeys through the whole of what is served but Dagster: its guard, its door, its pages, in a real Chromium."""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.types import ASGIApp

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.store import open_registry
from intel_pipeline.settings import load_settings
from intel_pipeline.web.access.access import Access, open_access
from intel_pipeline.web.access.door import Door
from intel_pipeline.web.app import create_app
from intel_pipeline.web.guard import Rules, guarded
from intel_pipeline.web.guard.hosts import allowed_hosts
from intel_pipeline.web.parts import Parts
from intel_pipeline.web.publication import Publications
from intel_pipeline_tests.web.chromium import CHROMIUM, Look, chromium, look, served

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
    pytest.mark.timeout(300),
]
PASSWORD = "a tide comes in twice a day"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def own(shown: Pipeline, tmp_path: Path) -> Iterator[tuple[str, Access]]:
    """A copy of what was captured that nobody may sign in to yet, as it is served: its address, and its access."""
    folder = Path(shutil.copytree(shown.settings.data_dir, tmp_path / "data", symlinks=True))
    settings = load_settings(data_dir=folder)
    pipeline = replace(shown, settings=settings, registry=open_registry(settings.registry_location, shown.clock))
    publications, access = Publications(settings.publication), open_access(pipeline.registry, settings)

    def made(port: int) -> ASGIApp:
        app = create_app(Parts(pipeline, publications, access))
        return guarded(Door(app, access), Rules(allowed_hosts(port)))

    with served(made) as origin:
        yield origin, access
    publications.close()
    pipeline.registry.close()


def become_admin(seen: Look, access: Access) -> None:
    """Follow the address that the console prints, and choose name and password."""
    seen.page.goto(f"{seen.origin}/set-up?token={access.set_up.invite()}")
    seen.page.get_by_label("Your name").fill("ada")
    for place in seen.page.locator("input[type=password]").all():
        place.fill(PASSWORD)
    seen.page.get_by_role("button", name="Become the admin").click()
    seen.page.wait_for_url(f"{seen.origin}/")


def test_a_newcomer_becomes_admin_adds_a_target_sees_who_left_takes_it_along_and_asks_a_question(
    browser, own, tmp_path
):
    origin, access = own
    seen = look(browser, origin)
    seen.page.goto(origin)
    assert "/sign-in" in seen.page.url
    become_admin(seen, access)
    page = seen.page

    page.get_by_role("link", name="Watchlist").click()
    page.get_by_label("Usernames").fill("museum.of.tides")
    page.get_by_label("Purpose").fill("a story about museums")
    page.get_by_role("button", name="Add").click()
    page.get_by_text("museum-of-tides is watched now").wait_for()

    page.get_by_role("link", name="Overview").click()
    page.get_by_role("link", name="open", exact=True).click()
    page.get_by_role("link", name="Followers", exact=True).click()
    page.get_by_role("combobox", name="Change").select_option("left")
    page.get_by_role("button", name="Show").click()
    assert page.locator("tbody tr").count() > 0
    page.locator("tbody tr").first.get_by_role("link").last.click()
    page.wait_for_url(f"{origin}/targets/open/changes/*")

    page.goto(f"{origin}/changes")
    with page.expect_download() as loading:
        page.get_by_role("link", name="Download all of it as CSV").click()
    assert list(csv.DictReader(Path(loading.value.path()).read_text(encoding="utf-8").splitlines()))

    page.get_by_role("link", name="Query").click()
    page.get_by_role("link", name="How does each target grow, day by day?").click()
    page.get_by_role("heading", name="rows").wait_for()
    assert seen.complaints == []


def test_a_visit_by_keyboard_alone(browser, own):
    origin, access = own
    seen = look(browser, origin)
    become_admin(seen, access)
    page = seen.page
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    tabbed_to(seen, "Changes")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{origin}/changes")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tabbed_to(seen, "Evidence")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{origin}/targets/*/changes/*")
    tabbed_to(seen, "Sign out")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{origin}/sign-in*")
    assert seen.complaints == []


def tabbed_to(seen: Look, words: str) -> None:
    """Press Tab until a link or button with these words has the focus, which has to be seen to have it."""
    for _ in range(60):
        seen.page.keyboard.press("Tab")
        focused = seen.page.locator("a:focus, button:focus")
        if focused.count() and words in focused.inner_text():
            assert focused.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
            return
    pytest.fail(f"no Tab leads to {words}")


def test_without_scripts_somebody_signs_in_and_changes_the_watchlist(browser, own):
    origin, access = own
    seen = look(browser, origin, scripts=False)
    become_admin(seen, access)
    page = seen.page
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{origin}/watchlist")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main button").first.click()
    page.wait_for_url(f"{origin}/watchlist")
    page.get_by_role("button", name="Pause open").click()
    assert page.locator("tr", has_text="open").get_by_text("paused").count() == 1
    assert seen.complaints == []
