"""How right the changes are: simulated targets that mislead in known ways, and what was found beside what was true."""
