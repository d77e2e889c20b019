"""The overview in Streamlit: `streamlit run streamlit_page.py -- PUBLICATION QUERY DAY`."""

import sys

import streamlit
from overview_data import SHOWN, asked

rows, totals = asked(*sys.argv[1:4])
streamlit.set_page_config(layout="wide")
streamlit.title("Overview")
for place, (name, value) in zip(streamlit.columns(len(totals)), totals.items(), strict=True):
    place.metric(name, f"{value:,}")
streamlit.dataframe(
    [{**{name: row[name] for name in SHOWN}, "30 days": row["curve"]} for row in rows],
    column_config={"30 days": streamlit.column_config.LineChartColumn()},
    height=800,
)
streamlit.markdown("ready")
