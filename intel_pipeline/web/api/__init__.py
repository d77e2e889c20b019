"""What programs ask: one module per noun, all of it under /api/v1."""
