"""From pages to a verdict: journal, scripts of requests, and the work of a tick."""
