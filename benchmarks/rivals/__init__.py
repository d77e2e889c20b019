"""What benchmarks compare with that runs in an environment of its own."""
