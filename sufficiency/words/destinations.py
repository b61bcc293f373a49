"""Where a child is: the destinations of children with a specialist place, and of those turned away from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Destination:
    """Where a child is who was turned away from every suitable state place: what it is called, and how it is counted.

    `setting_type` is the type of setting that releases, budgets and returns count the child in.
    """

    code: str
    name: str
    setting_type: str


# Being turned away is a reason, not a place: each such child is in one of these. Order: as a planner would ask.
DESTINATIONS: Final[dict[str, Destination]] = {
    destination.code: destination
    for destination in (
        Destination("in_mainstream", "Mainstream school with a support package", "mainstream"),
        Destination("in_independent", "Independent special school, beyond those forecast", "independent_special"),
        Destination(
            "in_non_maintained", "Non-maintained special school, beyond those forecast", "non_maintained_special"
        ),
        Destination("in_alternative_provision", "Alternative provision", "alternative_provision"),
        Destination(
            "arranged_otherwise", "Arranged otherwise: tuition, education otherwise than at school", "elsewhere"
        ),
        Destination("home_educated", "Educated at home by choice", "elsewhere"),
        Destination("waiting", "Waiting, with no school", "elsewhere"),
        Destination("in_college", "College or specialist post-16 institution", "further_education"),
        Destination("not_in_education", "Not in education after 16", "elsewhere"),
    )
}
# At an independent or non-maintained school, turned away from a state place or not.
AT_INDEPENDENT: Final = ("independent_special", "non_maintained_special", "in_independent", "in_non_maintained")
# Where a child is who has a specialist place.
PLACED_DESTINATIONS: Final[dict[str, str]] = {
    "state_special": "State special school",
    "special_outside": "State special school outside the area",
    "unit": "Unit or resourced provision",
    "over_number": "State setting, above its number of places",
    "independent_special": "Independent special school",
    "non_maintained_special": "Non-maintained special school",
}
