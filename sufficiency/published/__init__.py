"""Tables of an area made from published figures alone: what any authority can have before it has anything of its own."""

from sufficiency.published.what import helpful, what

__all__ = ["helpful", "what"]
