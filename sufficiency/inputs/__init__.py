"""Readers: one file for each publisher. Each reads, renames and checks; none models."""
