"""The command line: one module per group of commands."""

from intel_pipeline.cli.app import main

__all__ = ["main"]
