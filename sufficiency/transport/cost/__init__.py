"""What the school run costs."""
