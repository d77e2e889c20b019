"""Talking to Instagram, through instaloader."""
