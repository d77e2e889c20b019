"""A local stand-in for Instagram: a seeded world with a clock and a truth, and the wire that instaloader speaks."""
