"""What rows must be like: one Pandera model per surface, and the one way of applying them."""
