"""Every page in a real Chromium: narrow and wide, light and dark, with and without scripts, by keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.web.access.access import open_access
from intel_pipeline.web.app import create_app
from intel_pipeline.web.guard.headers import Headed
from intel_pipeline.web.parts import Parts
from intel_pipeline.web.publication import Publications
from intel_pipeline_tests.web.chromium import CHROMIUM, chromium, look, served
from intel_pipeline_tests.web.conftest import ADA, as_if

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
    pytest.mark.timeout(300),
]
SQL = "select+day,follower_count+from+daily_growth+where+target='open'"
PATHS = (
    "/",
    "/targets/open",
    "/targets/open/followers",
    "/targets/open/profile",
    "/targets/open/posts",
    "/targets/open/audience",
    "/targets/open/report",
    "/targets/vanishing",
    "/compare",
    "/compare?targets=open&targets=fading",
    "/changes",
    "/health",
    "/health/captures",
    "/collection",
    "/query",
    f"/query?sql={SQL}",
    "/query?sql=from+nowhere",
    "/watchlist",
    "/watchlist/open",
    "/settings",
    "/users",
    "/keys",
    "/audit",
    "/account",
    "/sign-in",
    "/set-up",
    "/api",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def origin(shown: Pipeline) -> Iterator[str]:
    publications = Publications(shown.settings.publication)
    app = create_app(Parts(shown, publications, open_access(shown.registry, shown.settings)))
    with served(lambda _: Headed(as_if(app, ADA))) as address:
        yield address
    publications.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_complains_asks_elsewhere_is_wider_than_the_screen_or_shuts_anybody_out(browser, origin, width, scheme):
    seen = look(browser, origin, width, scheme)
    wrong = []
    for path in PATHS:
        seen.open(path)
        wrong += [f"{path}: {one}" for one in seen.accessibility()]
        if (wide := seen.page.evaluate("document.documentElement.scrollWidth")) > width:
            wrong.append(f"{path} is {wide} px wide")
    # That a wrong query is answered by 422 is what Chromium complains of.
    assert wrong + [one for one in seen.complaints if "422" not in one] == []


def test_charts_are_drawn_and_moving_over_them_breaks_no_rule(browser, origin):
    seen = look(browser, origin)
    seen.open(f"/query?sql={SQL}")
    chart = seen.page.locator("[data-chart] svg")
    assert chart.count() == 1
    chart.hover()
    assert seen.complaints == []


def test_without_scripts_pages_say_the_same(browser, origin):
    seen = look(browser, origin, scripts=False)
    seen.page.goto(origin)
    assert seen.page.locator("svg.spark").count() == 3
    seen.page.get_by_label("Order").select_option("most followers")
    seen.page.get_by_role("button", name="Show").click()
    assert "sort=followers" in seen.page.url
    seen.page.goto(f"{origin}/query?sql={SQL}")
    assert seen.page.locator("tbody tr").count() == 5
    assert seen.complaints == []


def test_the_keyboard_alone_leads_past_the_navigation_to_a_question_and_its_answer(browser, origin):
    seen = look(browser, origin)
    seen.open("/query")
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    seen.page.keyboard.press("Enter")
    for _ in range(3):
        seen.page.keyboard.press("Tab")
        if seen.page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
    seen.page.keyboard.press("Control+A")
    seen.page.keyboard.type("from targets")
    seen.page.keyboard.press("Control+Enter")
    seen.page.get_by_role("heading", name="4 rows").wait_for()
    assert seen.complaints == []
