"""What comes in: the high needs block and other receipts."""
