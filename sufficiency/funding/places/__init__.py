"""What places are paid, and by whom."""
