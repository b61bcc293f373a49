"""The returns that councils file, from one run."""
