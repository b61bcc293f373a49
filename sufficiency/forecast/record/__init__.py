"""How far forecasts have been from what happened."""
