"""Who may see and do what: users, their sign-ins, keys, and what was done."""
