"""Fewer new plans: those that go with a specialist place alone, and, as an option, as few as DfE's own path needs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.errors import InputError
from sufficiency.scenarios.law_2029.parts import UNITS, Part, national, own, own_year, with_changes, with_values

AWAY: Final = ("further_education", "elsewhere")  # where those who are no longer pupils of a school are, most of them


@dataclass(frozen=True)
class PlansAtSpecialistOnly(Part):
    """New plans go with specialist places: fewer whose first placement is a mainstream school, some fewer in units.

    Multiples are `reform.new_plans_mainstream` and `reform.new_plans_unit`, from January `reform.new_plans_year`, built up
    over `reform.new_plans_ramp_years`. Delivered in part, each multiple is that far from 1.
    """

    @property
    def label(self) -> str:
        """Words for a chart."""
        return f"New plans for specialist places from {self.since}"

    @property
    def since(self) -> int:
        """First January that shows it, unless an area has a year of its own."""
        return int(national("new_plans_year"))

    def __call__(self, area: Area) -> Area:
        """Return the area with fewer new plans asked for."""
        since = own_year(area, "new_plans_year", "New plans for specialist places")
        names = {"mainstream": "new_plans_mainstream", **dict.fromkeys(UNITS, "new_plans_unit")}
        when = {"flow": "joining", "since": since, "ramp_years": int(own(area, "new_plans_ramp_years"))}
        factors = {setting: partly(own(area, name), self.delivered) for setting, name in names.items()}
        rows = [
            {**when, "setting_type": setting, "factor": factor} for setting, factor in factors.items() if factor != 1
        ]
        return with_changes(area, self.label, rows)


def partly(factor: float, delivered: float) -> float:
    """Return a multiple delivered in part: 1 where nothing is, `factor` where all is."""
    return 1 + (factor - 1) * delivered


@dataclass(frozen=True)
class FollowDfE(Part):
    """England's plans follow DfE's published points: growth to the peak, and as few new plans after it as 2035 needs.

    An area grows by as much more or less than England as it is forecast to, each year to the peak. After it, new plans of
    every setting are multiplied by `reform.dfe_new_plans`, beyond `PlansAtSpecialistOnly`, which then begins after the peak
    too where it is pulled later. Moves from schools to colleges and elsewhere are multiplied, a fit, for the share of pupils
    with a plan to come out as DfE's. It is DfE's path and not ours: `reform` leaves it out unless `path="dfe"`. The growth to the peak does not hang on delivery, since it is DfE's view of
    current law; the fall after it does.

    Raises
    ------
    InputError
        When it is pulled on an area whose base year is past the peak, or run to before it.
    """

    @property
    def label(self) -> str:
        """Words for a chart."""
        return "England as DfE's points have it"

    @property
    def year(self) -> int:
        """January of the peak: a run must reach it."""
        return sorted(anchors())[-2]

    def __call__(self, area: Area) -> Area:
        """Return the area with England's growth, and new plans after the peak, as DfE's points have them."""
        peak = self.year
        if peak <= area.base_year:
            raise InputError(
                f"{self.label}: January {peak}, the peak, is not after the base year, {area.base_year}; leave out path='dfe'"
            )
        points = {**_counted(), **anchors()}
        known = sorted(year for year in points if year <= peak)
        rows = []
        for before, after in pairwise(known):
            yearly = (points[after] / points[before]) ** (1 / (after - before))
            rows += [
                {"flow": "england_growth", "since": year, "factor": yearly}
                for year in range(before + 1, after + 1)
                if year > area.base_year
            ]
        fewer = partly(own(area, "dfe_new_plans"), self.delivered)
        if fewer != 1:
            rows.append({"flow": "joining", "since": peak + 1, "factor": fewer})
        away = own(area, "dfe_moves_away"), partly(own(area, "dfe_moves_away_after"), self.delivered)
        rows += [
            {"flow": "moving", "to_setting_type": to, "since": since, "factor": factor}
            for since, factor in zip((area.base_year + 1, peak + 1), away, strict=True)
            for to in AWAY
            if factor != 1
        ]
        after = max(peak + 1, int(own(area, "new_plans_year")))
        return with_changes(with_values(area, self.label, {"reform.new_plans_year": after}), self.label, rows)


def anchors() -> dict[int, float]:
    """Return DfE's points for England's plans by January. [plans]"""
    return {day.year: plans for day, plans in policy.rate("reform.anchor_plans").values.items()}


def _counted() -> dict[int, float]:
    """Return England's plans by January, as published. [plans]"""
    return {day.year: plans for day, plans in policy.rate("funding.national_plans").values.items()}
