"""The command's parts: one file for each group of commands; `cli` gathers them."""
