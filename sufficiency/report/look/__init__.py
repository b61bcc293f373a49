"""Charts, maps and the words of numbers."""
