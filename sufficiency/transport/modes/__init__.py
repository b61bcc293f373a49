"""How children travel, and how that compares with national figures."""
