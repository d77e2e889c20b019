"""Unpartitioned assets for readers."""
