"""Home-to-school transport: who is entitled, how far it is, how they travel, what it costs."""

from sufficiency.transport.entitled.eligibility import age_on, entitlement, stage_on
from sufficiency.transport.journeys import journeys
from sufficiency.transport.journeys_result import Journeys
from sufficiency.transport.roads.travel import read_network, travel, with_travel
from sufficiency.transport.routing.rounds import Rounds, rounds
from sufficiency.transport.routing.shared_rounds import SharedRounds, shared_rounds

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
    "with_travel",
]


def __dir__() -> list[str]:
    return __all__
