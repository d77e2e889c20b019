"""Charts as Apache ECharts takes them: pure functions from rows to options that JSON can hold."""
