"""The balance carried forward, and when a new place has paid for itself."""
