"""How many children there will be."""
