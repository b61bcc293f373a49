"""Who goes where, what one more place is worth, and where to open places."""
