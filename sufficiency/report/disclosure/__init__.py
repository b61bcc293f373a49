"""Small numbers hidden before anything is published."""
