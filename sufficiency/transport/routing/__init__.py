"""Vehicle rounds: planned, checked, shared between schools."""
