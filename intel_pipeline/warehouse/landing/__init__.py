"""Deriving what captures teach and landing it, one surface per module, one transaction per batch."""
