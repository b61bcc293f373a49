"""Why a setting is full, why a child is where they are, and what is within reach."""
