"""A report as one HTML file: its style and its charts are in it, and it can run nothing."""

from datetime import datetime

from markupsafe import Markup

from intel_pipeline.plots.timelines import STYLE, Moved, Reading, growth, movement
from intel_pipeline.web.report.content import MOST_CHANGES, Content
from intel_pipeline.web.templating import environment

HEADINGS = {
    ("left", "confirmed"): "Who left",
    ("left", "suspected"): "Suspected losses: missing, and not proven to have left",
    ("followed", None): "Who followed",
    ("refollowed", None): "Who returned",
    ("revealed", None): "Who was listed late, and may have followed long before",
    ("renamed", None): "Who took another name",
}


def document(content: Content, made_at: datetime) -> str:
    """Return the HTML of a report that was made at a moment."""
    counts = [(row["counted_at"], row["follower_count"]) for row in content.days if row["counted_at"]]
    readings = [
        Reading(
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
        Moved(row["day"], row["followed"] or 0, row["revealed"] or 0, row["lost"] or 0, row["suspected"])
        for row in content.days
    ]
    return (
        environment()
        .get_template("report.html")
        .render(
            it=content,
            made_at=made_at,
            style=Markup(STYLE),  # noqa: S704  our own constant
            growth=Markup(growth("Followers by day", counts, readings)),  # noqa: S704  numbers and days, no text of anybody's
            movement=Markup(movement("Who came and who went by day", moved)),  # noqa: S704  the same
            lists=[
                (heading, content.changes[key][:MOST_CHANGES], len(content.changes[key]) > MOST_CHANGES)
                for key, heading in HEADINGS.items()
            ],
            most=MOST_CHANGES,
        )
    )


def file_name(content: Content) -> str:
    """Return the name of a report's file."""
    return f"report-{content.label}-{content.period.first}-{content.period.last}.html"
