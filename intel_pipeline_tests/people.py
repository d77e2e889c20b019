"""Somebody whose word tests act on."""

from datetime import UTC, datetime

from intel_pipeline.registry.audit import Actor

OPERATOR = Actor(datetime(2026, 11, 2, tzinfo=UTC), "ada", "command")
