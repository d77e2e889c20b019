"""What the API says and takes, as its schema tells it and its client reads it."""
