"""How fast all plans grow."""
