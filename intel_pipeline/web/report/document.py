"""A report as one HTML file: its style and its charts are in it, and it can run nothing."""

from datetime import datetime

from markupsafe import Markup

from intel_pipeline.plots.timelines import STYLE
from intel_pipeline.web.report.charts import KEYS, charts_of
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
    return (
        environment()
        .get_template("report.html")
        .render(
            it=content,
            made_at=made_at,
            style=Markup(STYLE),  # noqa: S704  our own constant
            charts={name: Markup(svg) for name, svg in charts_of(content).items()},  # noqa: S704  numbers and days only
            keys=KEYS,
            lists=[
                (heading, content.changes[key][:MOST_CHANGES], len(content.changes[key]) > MOST_CHANGES)
                for key, heading in HEADINGS.items()
            ],
            most=MOST_CHANGES,
        )
    )
