"""Home-to-school transport: who is entitled, how far it is, how they travel, what it costs."""

from sufficiency.transport.eligibility import age_on, entitlement, stage_on
from sufficiency.transport.journeys import journeys
from sufficiency.transport.mixed import SharedRounds, shared_rounds
from sufficiency.transport.result import Journeys
from sufficiency.transport.round_plan import Rounds, rounds
from sufficiency.transport.travel import read_network, travel

__all__ = [
    "Journeys",
    "Rounds",
    "SharedRounds",
    "age_on",
    "entitlement",
    "journeys",
    "read_network",
    "rounds",
    "shared_rounds",
    "stage_on",
    "travel",
]
