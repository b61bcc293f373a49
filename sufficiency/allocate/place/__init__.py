"""Children placed year by year."""
