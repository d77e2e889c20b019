"""Reports: one target, one period, one HTML file in which nothing runs and which asks nobody for anything."""
