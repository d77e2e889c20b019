"""Assets that capture what Instagram shows now."""
