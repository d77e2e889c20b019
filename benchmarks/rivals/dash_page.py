"""The overview in Dash: `dash_page.py PORT PUBLICATION QUERY DAY`; a graph per target as its spark-line."""

import sys

from dash import Dash, dash_table, dcc, html
from overview_data import SHOWN, asked


def layout() -> html.Div:
    """Return the page, made anew for each who opens it."""
    rows, totals = asked(*sys.argv[2:5])
    curves = [{"x": row["days"], "y": row["curve"], "name": row["target"], "type": "line"} for row in rows]
    return html.Div(
        [
            html.H1("Overview"),
            html.Dl([part for name, value in totals.items() for part in (html.Dt(name), html.Dd(f"{value:,}"))]),
            # All in one graph rather than one for each of 200 targets: in favour of Dash.
            dcc.Graph(figure={"data": curves, "layout": {"title": {"text": "30 days"}}}),
            dash_table.DataTable(
                [{name: row[name] for name in SHOWN} for row in rows],
                [{"name": name, "id": name} for name in SHOWN],
                id="ready",
            ),
        ]
    )


app = Dash(__name__)
app.layout = layout
app.run(port=int(sys.argv[1]), debug=False)
