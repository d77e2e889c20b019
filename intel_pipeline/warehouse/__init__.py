"""DuckDB: the writers' file, its schema, and the publications that readers open."""
