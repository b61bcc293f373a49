"""Which places and sites to open, where and when."""
