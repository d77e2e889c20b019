"""The demo: a fortnight of a simulated world through the same jobs that real use runs."""
