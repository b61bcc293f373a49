"""Numbers and codes as people write them, for the report: `sufficiency.words.say`."""

from sufficiency.words.say import CODES, between, count, gbp, label, shown

__all__ = ["CODES", "between", "count", "gbp", "label", "shown"]
