"""Targets, rounds, captures, sessions and the ledger: the truth that all processes share."""
