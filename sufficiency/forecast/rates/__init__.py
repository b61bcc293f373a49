"""How plans start, move and end, by state: from published flows or from people."""
