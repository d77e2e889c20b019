"""A report as one file: from the dashboard, the command line and Dagster."""

import re
import sys
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from xml.etree.ElementTree import fromstring

import dagster as dg
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from intel_pipeline.clock import today
from intel_pipeline.defs.marts.reports import reports
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.plots.pictures import HEAD, PictureError
from intel_pipeline.plots.timelines import HEIGHT, WIDTH
from intel_pipeline.web.report.making import write
from intel_pipeline.web.report.period import LONGEST, USUAL, Period, PeriodError, period_of
from intel_pipeline_tests.web.conftest import VIC

ASKED = {"targets": ["open", "fading"], "first_day": "2026-11-02", "charts": "svg"}
SVG = "{http://www.w3.org/2000/svg}"
SPAN = "from=2026-11-02&to=2026-11-06"


class Reader(HTMLParser):
    """What a browser would make of it: its elements, and what they would ask other places for."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.asked: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.asked += [
            name for name, _ in attributes if name in ("src", "href", "srcset", "action") or name.startswith("on")
        ]


def test_it_is_one_file_in_which_nothing_runs_and_which_asks_for_nothing(client):
    answer = client(VIC).get(f"/targets/open/report?{SPAN}")
    assert answer.headers["content-disposition"] == 'attachment; filename="report-open-2026-11-02-2026-11-06.html"'
    reader = Reader()
    reader.feed(answer.text)
    assert not {"script", "link", "img", "iframe", "form"} & {*reader.tags}
    assert reader.asked == []
    assert reader.tags.count("svg") == 2
    assert "default-src 'none'" in answer.text
    assert "url(" not in answer.text


def test_it_tells_losses_from_what_is_only_suspected(client):
    text = client(VIC).get(f"/targets/open/report?{SPAN}").text
    suspected = client(VIC).get("/targets/open/followers.csv?state=suspected").text.splitlines()[1:]
    section = text.split("not proven to have left")[1].split("</table>")[0]
    assert f"({len(suspected)})" in section.split("</caption>")[0]
    assert section.count("<tr>") - 1 == len(suspected) > 0


def test_its_figures_are_those_of_the_days(client):
    text = client(VIC).get(f"/targets/open/report?{SPAN}").text
    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", text))
    confirmed = client(VIC).get("/targets/open/followers.csv?kind=followed&from=2026-11-02&to=2026-11-06").text
    assert int(figures["Followed"]) == len(confirmed.splitlines()) - 1 > 0


def test_a_period_before_anything_was_captured_is_empty_and_says_so(client):
    text = client(VIC).get("/targets/open/report?from=2020-01-01&to=2020-01-31").text
    assert "Nothing was captured in this period" in text


@pytest.mark.parametrize("words", ["from=2026-11-06&to=2026-11-02", "from=2020-01-01&to=2026-11-02", "from=soon"])
def test_a_period_that_is_none_is_refused(client, words):
    assert client(VIC).get(f"/targets/open/report?{words}").status_code == 422


def test_a_period_is_thirty_days_up_to_today_unless_told():
    assert period_of(None, None, date(2026, 11, 30)) == Period(date(2026, 11, 1), date(2026, 11, 30))
    assert period_of(date(2026, 1, 1), date(2026, 1, 1), date(2026, 11, 30)) == Period(
        date(2026, 1, 1), date(2026, 1, 1)
    )
    with pytest.raises(PeriodError, match="longer than a year"):
        period_of(date.fromordinal(date(2026, 11, 30).toordinal() - LONGEST), None, date(2026, 11, 30))


def test_it_is_written_whole_for_its_owner_s_eyes(shown, tmp_path):
    [path] = write(shown, "open", None, None, tmp_path / "new" / "report.html")
    assert [one.name for one in path.parent.iterdir()] == ["report.html"]
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_text(encoding="utf-8").lstrip().startswith("<!doctype html>")


def test_an_operator_has_reports_written_from_the_ui_and_dagster_stores_nobody_s_name(shown):
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [reports],
            instance=instance,
            resources={"pipeline": PipelineResource.given(shown)},
            run_config={"ops": {"reports": {"config": ASKED}}},
        )
        assert result.success
        stored = "".join(repr(record) for record in instance.all_logs(result.run_id))
    last = today(shown.clock)
    folder = shown.settings.exports_dir
    files = [folder / f"report-{label}-2026-11-02-{last}.html" for label in ("open", "fading")]
    assert all(file.exists() for file in files)
    assert all(file.with_name(f"{file.stem}-growth.svg").exists() for file in files)
    names = re.findall(r"<td>([a-z0-9._]{5,})</td>", files[0].read_text(encoding="utf-8"))
    assert len(names) > 5
    assert not [
        name
        for name in names
        if name in stored
        and name not in ("confirmed", "followers", "followees", "profile", "posts", "complete", "unknown")
    ]


def test_its_charts_can_be_had_as_files_that_need_no_other(client):
    answer = client(VIC).get(f"/targets/open/report/growth.svg?{SPAN}")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-disposition"].endswith('filename="report-open-2026-11-02-2026-11-06-growth.svg"')
    drawing = fromstring(answer.content)  # noqa: S314  our own
    texts = ["".join(text.itertext()) for text in drawing.iter(f"{SVG}text")]
    assert texts[:2] == ["Followers by day: open, 2026-11-02 to 2026-11-06 (UTC)", "reported by Instagram"]
    styled = set(re.findall(r"\.([a-z]+)", drawing.find(f"{SVG}style").text))
    assert {one.get("class") for one in drawing.iter() if one.get("class")} <= styled
    assert "http" not in answer.text.replace(SVG.strip("{}"), "")


def test_what_it_draws_is_the_document_s_own_chart(client):
    document = client(VIC).get(f"/targets/open/report?{SPAN}").text
    picture = client(VIC).get(f"/targets/open/report/movement.svg?{SPAN}").text
    bars = re.findall(r"<rect class='[^>]+>", picture)
    assert len(bars) > 2
    assert all(bar in document for bar in bars)


def test_a_png_has_the_marks_and_the_words_of_the_svg(client):
    answer = client(VIC).get(f"/targets/open/report/movement.png?{SPAN}")
    assert answer.headers["content-type"] == "image/png"
    pixels = imread(BytesIO(answer.content))[..., :3]
    assert pixels.shape[:2] == (2 * (HEAD + HEIGHT), 2 * WIDTH)
    green, ink = to_rgb("#17713c"), to_rgb("#1b2230")
    assert (abs(pixels - green).max(axis=2) < 0.01).sum() > 500
    heading = pixels[: 2 * HEAD // 2]
    # Without a font, not a letter would be there, and nothing said so.
    assert (abs(heading - ink).max(axis=2) < 0.05).sum() > 1000


def test_a_chart_of_a_period_in_which_nothing_was_captured_is_not_found(client):
    answer = client(VIC).get("/targets/open/report/growth.svg?from=2020-01-01&to=2020-01-31")
    assert answer.status_code == 404
    assert "nothing to draw of open" in answer.text


def test_without_what_draws_png_svg_is_to_be_had_and_png_says_what_to_install(client, monkeypatch):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    page = client(VIC).get("/targets/open/report").text
    assert "/report/growth.svg" in page
    assert "/report/growth.png" not in page
    assert "intel-pipeline[charts]" in page
    refused = client(VIC).get(f"/targets/open/report/growth.png?{SPAN}")
    assert refused.status_code == 422
    assert "intel-pipeline[charts]" in refused.text


def test_where_png_cannot_be_drawn_nothing_is_written(monkeypatch, shown, tmp_path):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(PictureError, match="PNG"):
        write(shown, "open", None, None, tmp_path / "report.html", (tmp_path, "png"))
    assert list(tmp_path.iterdir()) == []


def test_charts_lie_where_they_are_told_beside_the_report(shown, tmp_path):
    paths = write(shown, "open", None, None, tmp_path / "report.html", (tmp_path / "charts", "png"))
    last = today(shown.clock)
    names = [f"report-open-{last - USUAL}-{last}-{chart}.png" for chart in ("growth", "movement")]
    assert [path.name for path in paths] == ["report.html", *names]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths[1:])
