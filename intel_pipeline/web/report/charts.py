"""The charts of a report: drawn into the document, or as files of their own."""

from typing import Literal, get_args

from intel_pipeline.plots import timelines
from intel_pipeline.plots.pictures import Form, drawn, picture
from intel_pipeline.web.report.content import Content

Chart = Literal["growth", "movement"]
HEADINGS: dict[Chart, str] = {"growth": "Followers by day", "movement": "Who came and who went by day"}
KEYS: dict[Chart, dict[str, str]] = {"growth": timelines.GROWTH, "movement": timelines.MOVEMENT}


def charts_of(content: Content) -> dict[Chart, str]:
    """Return the charts of a report as SVG for a document with `timelines.STYLE`; an empty text where there is nothing."""
    counts = [(row["counted_at"], row["follower_count"]) for row in content.days if row["counted_at"]]
    readings = [
        timelines.Reading(
            row["finished_at"],
            row["verdict"] == "complete",
            row["listed"],
            row["reported"],
            row["gap_low"],
            row["gap_high"],
        )
        for row in content.lists
    ]
    moved = [
        timelines.Moved(row["day"], row["followed"] or 0, row["revealed"] or 0, row["lost"] or 0, row["suspected"])
        for row in content.days
    ]
    return {
        "growth": timelines.growth(HEADINGS["growth"], counts, readings),
        "movement": timelines.movement(HEADINGS["movement"], moved),
    }


def pictures_of(content: Content, form: Form, which: tuple[Chart, ...] = get_args(Chart)) -> dict[str, bytes]:
    """Return charts as files by name, without those in which there is nothing; raise PictureError without what draws PNG."""
    told = f"{content.label}, {content.period.first} to {content.period.last} (UTC)"
    return {
        f"{content.name}-{chart}.{form}": drawn(picture(f"{HEADINGS[chart]}: {told}", svg, KEYS[chart]), form)
        for chart, svg in charts_of(content).items()
        if svg and chart in which
    }
