"""Who is entitled to travel to school."""
