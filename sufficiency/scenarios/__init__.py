"""Scenarios: levers that change an area before it is forecast."""
