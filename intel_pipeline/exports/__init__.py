"""Exports: any table, query, target and period of the publication as a file, in bounded memory, whole or not at all."""
