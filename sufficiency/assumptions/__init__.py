"""The model's own numbers: each with its meaning, unit, range and evidence."""
