"""January 2026 in the example and in England: published counts to the child, and what is carried forward said to be."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import sufficiency as sf
from sufficiency.area.folder import data_folder
from sufficiency.forecast import england
from sufficiency.inputs.releases.dfe_ehc_plans import ncy_of_label
from sufficiency.words.vocabulary import SETTING_GROUP_OF

NORTH, WEST = "E06000061", "E06000062"
GROUPS = {
    "mainstream_total": "mainstream",
    "special_total": "special",
    "ap_pru_total": "alternative_provision",
    "fe_total": "further_education",
    "ed_elsewhere": "elsewhere",
    "nm_early_years": "early_years",
    "placement_unknown": "not_recorded",
}


@pytest.fixture(scope="module")
def part(published: Path) -> Path:
    """Return the folder of what is at hand of the release, or skip and say why."""
    beside = published.parent / "january_2026"
    if not beside.is_dir():
        pytest.skip(f"no part of the January 2026 release at {beside}")
    return beside


def test_plans_of_january_2026_are_the_published_totals() -> None:
    area = sf.example_area()
    assert area.base_year == 2026
    now = area.plans[area.plans["year"] == 2026].groupby("authority")["plans"].sum()
    assert now.to_dict() == {NORTH: 5_372, WEST: 5_337}
    assert area.states.groupby("authority")["plans"].sum().to_dict() == now.to_dict()
    assert england.totals()[2026] == 718_838


def test_plans_by_age_and_group_of_settings_are_the_published_ones(part: Path) -> None:
    raw = pd.read_csv(part / "caseload_202526_northants.csv")
    raw = raw[raw["breakdown_topic"] == "Age at start of academic year"]
    raw["ncy"] = raw["breakdown"].map(ncy_of_label)
    told = raw.melt(["new_la_code", "ncy"], list(GROUPS), "group", "plans").replace({"group": GROUPS})
    told = told.groupby(["new_la_code", "ncy", "group"])["plans"].sum()
    plans = sf.example_area().plans
    plans = plans[plans["year"] == 2026]
    have = plans.groupby(["authority", "ncy", plans["setting_type"].map(SETTING_GROUP_OF)])["plans"].sum()
    assert len(told[told > 0]) > 150
    assert have[have > 0].to_dict() == told[told > 0].to_dict()


def test_requests_and_flows_of_2025_are_the_published_ones(part: Path) -> None:
    area = sf.example_area()
    requests = area.requests.set_index(["authority", "year"])
    assert requests.loc[(NORTH, 2026), ["requests", "refused", "issued"]].tolist() == [1_383, 234, 1_039]
    assert requests.loc[(WEST, 2026), ["requests", "refused", "issued"]].tolist() == [1_575, 628, 1_314]
    flows = area.flows[(area.flows["year"] == 2026) & (area.flows["need"] == "")]
    new = flows[flows["kind"] == "new"].groupby("authority")["children"].sum()
    assert new.to_dict() == {NORTH: 1_037, WEST: 1_318}
    ceased = flows[(flows["kind"] == "ceased") & (flows["reason"] != "")].groupby("authority")["children"].sum()
    assert ceased.to_dict() == {NORTH: 280, WEST: 332}
    raw = pd.read_csv(part / "newplans_2025_northants.csv")
    totals = raw[raw["breakdown_topic"] == "Age when plan started"].groupby("new_la_code")[["mainstream_total"]].sum()
    started = flows[(flows["kind"] == "new") & (flows["setting_type"].map(SETTING_GROUP_OF) == "mainstream")]
    assert started.groupby("authority")["children"].sum().to_dict() == totals["mainstream_total"].to_dict()


def test_england_has_the_ages_of_january_2026(part: Path) -> None:
    plans = sf.read_area(data_folder() / "england").plans
    now = plans[plans["year"] == 2026].groupby("ncy")["plans"].sum()
    told = pd.read_csv(part / "england_january_2026_by_age.csv").set_index("age")["plans"]
    assert now.sum() == 718_838
    assert [now[age - 4] for age in range(3, 20)] == [told[str(age)] for age in range(3, 20)]
    assert now.loc[16:].sum() == told["20 and over"] + 1  # the ages published are one short of the total


def test_the_notes_say_what_is_carried_forward_and_of_which_year_each_table_is() -> None:
    says = " | ".join(sf.example_area().notes["says"])
    assert "The settings inside a group are carried forward from January 2025" in says
    assert "Needs of January 2026 are not at hand" in says
    assert "Tables are of different years" in says
    assert "West refused 628 of 1,575 requests in 2025 (39.9 %)" in says


def test_totals_of_the_authorities_at_hand_are_beside_england_s_with_newham_s_doubt() -> None:
    totals = pd.read_csv(data_folder() / "england" / "ehc_totals.csv").set_index("authority")
    assert len(totals) == 103
    assert totals.loc[[NORTH, WEST], "plans"].tolist() == [5_372, 5_337]
    assert totals["plans"].sum() < 718_838
    assert "2025 looks wrong" in totals.loc["E09000025", "note"]
    assert "Newham" in " ".join(sf.read_area(data_folder() / "england").notes["says"])
