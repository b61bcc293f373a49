"""Minutes and km from home to school, over roads where there is a network."""
