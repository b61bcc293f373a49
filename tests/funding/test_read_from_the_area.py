"""What the budget takes from an assumption follows the area's own, and a sensitivity hears that it was asked for."""

from __future__ import annotations

import pytest

import sufficiency as sf
from sufficiency.funding.top_up.services import unknown_lines
from sufficiency.varied.listening import listening


def test_an_areas_own_spending_a_plan_makes_its_lines_known() -> None:
    area = sf.example_area()
    assert "1.2.8" in unknown_lines(area)
    assert "1.2.8" not in unknown_lines(sf.ChangeAssumption("funding.other_services_a_plan_gbp", 12.0)(area))


def test_an_areas_own_value_stands_for_its_whole_history() -> None:
    area = sf.example_area()
    name = "funding.therapies_a_plan_gbp"
    assert len(area.history(name)) >= 1
    assert sf.ChangeAssumption(name, 99.0)(area).history(name) == {area.base_year: 99.0}


@pytest.mark.parametrize("name", ["funding.other_services_a_plan_gbp"])
def test_what_is_read_as_a_history_is_heard(name: str) -> None:
    heard = listening(sf.example_area())
    unknown_lines(heard)
    assert name in heard.asked
