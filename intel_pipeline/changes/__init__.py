"""What two captures teach: pure functions of Polars frames, without disk, network, clock or settings."""
