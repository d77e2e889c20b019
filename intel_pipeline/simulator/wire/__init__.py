"""What the stand-in says on the wire: one module per group of routes."""
