"""The SEN2 person-level return: read without names, checked, and counted by state."""
