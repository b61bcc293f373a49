"""Who is entitled to travel, how, how long it takes and what it costs."""
