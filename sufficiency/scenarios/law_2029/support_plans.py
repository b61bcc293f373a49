"""Individual Support Plans in place of EHC plans, for some of those reviewed at the end of primary and of Year 11."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sufficiency.area.area import Area
from sufficiency.errors import InputError
from sufficiency.scenarios.law_2029.parts import Part, national, own, own_year, with_changes

# The shares that move, by the type of setting reached after the review. Types that are not here keep their plans: children
# at special schools, state or independent, keep theirs until they finish education, wherever they go next.
MOVED: Final = {
    "mainstream": "move_share_mainstream",
    "resourced_provision": "move_share_unit",
    "sen_unit": "move_share_unit",
    "further_education": "move_share_further_education",
}


@dataclass(frozen=True)
class IndividualSupportPlans(Part):
    """Some children reviewed at the end of primary and of Year 11 have an Individual Support Plan in place of a plan.

    They are kept, counted (`PlanForecast.individual_support_plans`) and carried where they can't walk; no top-up follows
    them. Shares are `reform.move_share_*`, dates `reform.first_review_year` and `reform.first_move_year`, each of which an
    area or `ChangeAssumption` may set. Children who are past the first gate at the first review are next reviewed at the last.

    Examples
    --------
    >>> import sufficiency as sf
    >>> lever = sf.scenarios.IndividualSupportPlans(delivered=0.5)
    >>> lever(sf.example_area()).changes["factor"].max()
    np.float64(0.175)
    """

    @property
    def label(self) -> str:
        """Words for a chart."""
        return f"Individual Support Plans from {self.since}"

    @property
    def since(self) -> int:
        """First January that shows it, unless an area has a year of its own."""
        return int(national("first_move_year"))

    def __call__(self, area: Area) -> Area:
        """Return the area with reviews asked for."""
        move = own_year(area, "first_move_year", "Individual Support Plans")
        review = own_year(area, "first_review_year", "Individual Support Plans")
        if move <= review:
            raise InputError(
                f"Individual Support Plans: children can't move in January {move} when the first review is in the school year "
                f"of January {review}; reform.first_move_year is {review + 1} or later"
            )
        gates = sorted({int(own(area, f"gate_{phase}_ncy")) for phase in ("primary", "secondary")})
        rows = []
        for gate in gates:
            for setting_type, name in MOVED.items():
                share = own(area, name) * self.delivered
                if share > 0:
                    row = {"flow": "support_plan", "factor": share, "setting_type": setting_type, "since": move}
                    rows.append({**row, "ncy_low": gate + 1, "ncy_high": gate + 1})
        return with_changes(area, self.label, rows)
