"""Readers of published releases: one publisher a file. Each reads, renames and checks; none models."""
