"""The simulation: children age, leave, move, stay and join, in whole numbers."""
