"""Derived assets: any past round can be re-run."""
