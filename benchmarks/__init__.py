"""Speed and accuracy against named peers and limits, each run by `python -m benchmarks.NAME`; each prints a ratio."""
