"""Where children are who were turned away from every suitable state place."""
