"""Home-to-school transport: who is entitled, how far it is, how they travel, what it costs."""

from sufficiency.transport.eligibility import entitlement
from sufficiency.transport.journeys import journeys
from sufficiency.transport.result import Journeys
from sufficiency.transport.round_plan import Rounds, rounds
from sufficiency.transport.travel import travel

__all__ = ["Journeys", "Rounds", "entitlement", "journeys", "rounds", "travel"]
