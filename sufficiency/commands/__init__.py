"""Commands that have parts of their own: what `cli` only registers."""
