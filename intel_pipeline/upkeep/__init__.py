"""What keeps the data folder small: nothing here is needed for a capture, and everything can be done again."""
