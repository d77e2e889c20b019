"""What other tools captured, taken in as captures of ours."""
