"""What keeps the data folder small, and forgets what need not be kept."""
