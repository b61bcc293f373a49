"""Readers of a council's own files: its tables, its SEN2 return, and the files of other models."""
