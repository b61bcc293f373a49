"""High Needs Funding: every pound from a child to a budget line."""
