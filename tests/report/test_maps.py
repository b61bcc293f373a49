"""Maps can be read by a councillor: named, not piled up, explained by their legend, true in every year chosen, and hidden where small."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

import sufficiency as sf
from sufficiency.area.area import Area
from sufficiency.outcome import Outcome
from sufficiency.report.look.charts import bars
from sufficiency.report.look.dots import scattered
from sufficiency.report.look.ground import ground
from sufficiency.report.look.labels import LINE, Label, width_of
from sufficiency.report.look.layout import Mark, laid_out, short
from sufficiency.report.look.legend import CELLS, legend
from sufficiency.report.look.maps import Picture, about_balance, darker, page_map
from sufficiency.report.look.spread import apart
from sufficiency.report.model import Map
from sufficiency.report.sections import access, districts, going, places, why
from sufficiency.report.sections.zones import map_settings

DISTRICTS = {
    "Corby",
    "Daventry",
    "East Northamptonshire",
    "Kettering",
    "Northampton",
    "South Northamptonshire",
    "Wellingborough",
}


@pytest.fixture(scope="module")
def schools(example_outcome: Outcome) -> Picture:
    year = example_outcome.area.base_year
    return Picture(years=(year,), year=year, schools=map_settings(example_outcome, [year]))


@pytest.fixture(scope="module")
def maps_drawn(example_outcome: Outcome) -> dict[str, str]:
    sections = [part.section(example_outcome) for part in (places, going, access, why)]
    return {e.key: e.svg() for section in sections for e in section.exhibits if isinstance(e, Map)}


def data_of(drawn: str) -> dict[str, object]:
    found = re.search(r'class="map-data">(.*?)</script>', drawn, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def box(label: Label) -> shapely.Polygon:
    wide = max(width_of(line, label.size) for line in label.text.split("\n"))
    left = label.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[label.anchor] * wide
    high = LINE * label.size * len(label.text.split("\n"))
    return shapely.box(left, label.y - high / 2, left + wide, label.y + high / 2)


def test_without_boundaries_every_zone_has_the_cell_nearest_to_its_middle(tiny_area: Area) -> None:
    """Homes at 0, 10 and 20 km on a line: each cell holds its own home and no other."""
    here = ground(tiny_area)
    assert here.is_thiessen
    for row in tiny_area.zones.itertuples():
        holders = [zone for zone, cell in here.zones.items() if cell.covers(shapely.Point(row.easting, row.northing))]
        assert holders == [row.zone]
    shades = pd.DataFrame({2025: [1.0, 2.0, 3.0]}, index=["A", "B", "C"])
    drawn = page_map(
        tiny_area, "tiny", Picture(years=(2025,), year=2025, parts=shades, scale=darker(shades, "children"))
    )
    assert CELLS in drawn
    assert "Ashby, West" in drawn  # a zone without a neighbourhood goes by its own name


def test_boundaries_in_longitude_and_latitude_are_put_on_the_grid() -> None:
    area = sf.example_area()
    here = ground(area)
    assert not here.is_thiessen
    homes = area.zones.set_index("zone")
    inside = [
        here.zones[z].distance(shapely.Point(homes.at[z, "easting"], homes.at[z, "northing"])) < 500
        for z in homes.index
    ]
    assert sum(inside) / len(inside) > 0.99


def test_places_go_by_the_names_that_people_use() -> None:
    here = ground(sf.example_area())
    assert len(here.parts) < len(here.zones) / 4
    assert "Corby Village & Weldon, Corby" in here.names.values()
    assert set(here.districts) == DISTRICTS


def test_every_district_is_named_on_every_map_of_the_area(maps_drawn: dict[str, str]) -> None:
    for key, drawn in maps_drawn.items():
        wide = drawn[drawn.index('class="wide"') : drawn.index('class="narrow"')]
        words = " ".join(re.findall(r"<tspan[^>]*>([^<]*)</tspan>", wide))
        assert all(name in words for name in DISTRICTS), key
        assert {"Rushden", "Brackley"} <= set(re.findall(r">([A-Z][a-z]+)</tspan>", wide)), key


def test_schools_do_not_lie_on_one_another_and_names_overlap_neither_names_nor_schools(
    example_outcome: Outcome, schools: Picture
) -> None:
    for picture in (schools, replace(schools, district="Northampton"), replace(schools, district="Kettering")):
        layout = laid_out(example_outcome.area, picture)
        for a, b in itertools.combinations(layout.marks, 2):
            assert np.hypot(a.x - b.x, a.y - b.y) >= (a.radius + b.radius) * 0.9
        for labels in layout.labels.values():
            assert not any(box(a).intersects(box(b)) for a, b in itertools.combinations(labels, 2))
            discs = [shapely.Point(m.x, m.y).buffer(m.radius * 0.95) for m in layout.marks]
            assert not any(box(label).intersects(disc) for label in labels for disc in discs)


def test_every_special_school_is_named_on_the_map_of_the_area(example_outcome: Outcome, schools: Picture) -> None:
    settings = example_outcome.area.settings
    special = settings[settings["setting_type"].eq("special") & settings["is_in_area"] & settings["has_number"]]
    layout = laid_out(example_outcome.area, schools)
    assert layout.inset is not None  # Northampton has most of them
    assert {short(name) for name in special["name"]} <= {label.text for label in layout.labels["wide"]}


def test_a_school_goes_by_the_part_of_its_name_that_no_other_has() -> None:
    assert short("Kingsley Special Academy") == "Kingsley"
    assert short("Rowan Gate Primary School") == "Rowan Gate"
    assert short("Hunsbury Park Primary School, unit") == "Hunsbury Park"
    assert short("School") == "School"


def test_settings_that_no_list_names_have_no_place_on_a_map(schools: Picture) -> None:
    assert schools.schools is not None
    assert not schools.schools["name"].str.contains("not named").any()


def test_points_that_coincide_are_put_side_by_side_near_their_place() -> None:
    found = apart(np.zeros((6, 2)), np.full(6, 10.0))
    for a, b in itertools.combinations(found, 2):
        assert np.hypot(*(a - b)) > 18
    assert np.hypot(*found.T).max() < 45


def test_the_legend_explains_every_kind_of_mark(maps_drawn: dict[str, str]) -> None:
    travel, unmet = maps_drawn["map-travel"], maps_drawn["map-unmet"]
    assert "<line" in travel
    assert "From the middle of a district to a school" in travel
    assert "District boundary" in travel
    assert "State special school" in travel
    assert "From the middle of a district" not in unmet
    assert "Under a district&#x27;s name: children turned away" in unmet
    assert "One dot is one child" in maps_drawn["map-group"]


def test_what_is_drawn_of_schools_is_in_the_legend_and_nothing_else(example_outcome: Outcome, schools: Picture) -> None:
    one = replace(schools, schools=schools.schools[schools.schools["setting_type"] == "sen_unit"])  # type: ignore[index]
    words = [e.words for _, entries in legend(one, laid_out(example_outcome.area, one), one.years) for e in entries]
    assert "Unit or base in a mainstream school" in words
    assert "State special school" not in words


def test_a_mark_is_joined_to_its_place_where_the_line_can_be_seen() -> None:
    near, far = (Mark("S1", "circle", 100 + off, 50, 8, 100, 50) for off in (9.5, 20))
    assert (near.is_moved, far.is_moved) == (False, True)


def test_a_number_stands_at_its_bar_and_bars_in_the_order_of_their_numbers() -> None:
    frame = pd.DataFrame({"name": ["A", "B"], "value": [1.0, 3.0], "low": [-9.0, 2.0], "high": [35.0, 4.0]})
    (axis,) = bars(frame, "name", "value", unit="£", low="low", high="high").axes
    assert [(text.get_text(), text.xy[0]) for text in axis.texts] == [("3", 3.0), ("1", 1.0)]  # type: ignore[attr-defined]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["B", "A"]


def test_zones_are_shaded_by_rates_and_balance_lies_in_the_middle_of_its_scale(maps_drawn: dict[str, str]) -> None:
    scale = about_balance("places")
    assert scale.colour(1.0) == scale.colours[len(scale.colours) // 2]
    assert "balance" in maps_drawn["map-access"]
    assert "of those who need a specialist place" in maps_drawn["map-unmet"]
    assert not any(">children<" in drawn for drawn in maps_drawn.values())


def test_a_scale_has_round_steps_over_nearly_all_values() -> None:
    assert darker([0.02, 0.1, 0.34], "share", "%").edges == (0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
    assert darker([18.0, 25.0, 44.0], "minutes", "n").edges == (20.0, 25.0, 30.0, 35.0, 40.0)
    assert darker([3.0, 3.0], "minutes").classes() == [(darker([3.0], "minutes").colours[0], "all alike")]
    assert darker([np.nan], "minutes").colour(np.nan) == "#ffffff"


def test_what_is_told_is_there_for_every_year_that_can_be_chosen(maps_drawn: dict[str, str]) -> None:
    """The figure read out went stale when the year changed: each year has its own words, of the area and of every place."""
    for key in ("map-unmet", "map-travel", "map-access"):
        data = data_of(maps_drawn[key])
        years, words, says = data["years"], data["words"], data["says"]
        assert isinstance(years, list)
        assert isinstance(words, list)
        assert isinstance(says, list)
        assert all(str(year) in text for year, text in zip(years, words, strict=True))
        assert all(len(told) == len(years) for told in says)


def test_small_numbers_are_neither_written_nor_shaded_on_maps(example_outcome: Outcome) -> None:
    """In the first Januaries few are turned away: a limit of 30 hides many a district's number, its share and its colour."""
    section = places.section(example_outcome)
    unmet = next(e for e in section.exhibits if isinstance(e, Map))
    plain, hidden = data_of(unmet.svg()), data_of(unmet.svg(limit=30))
    assert plain["numbers"] != hidden["numbers"]
    numbers, steps, says, names = hidden["numbers"], hidden["steps"], hidden["says"], hidden["names"]
    assert isinstance(numbers, dict)
    assert isinstance(steps, list)
    assert isinstance(says, list)
    assert isinstance(names, list)
    for name, colour, told in zip(names, steps, says, strict=True):
        for number, step, text in zip(numbers[name], colour, told, strict=True):
            if number == "c":
                assert step == -1
                assert "%" not in text
            else:
                assert number == "0" or int(number.replace(",", "")) >= 30


def test_no_roll_and_no_small_line_is_told_where_small_numbers_are_hidden(example_outcome: Outcome) -> None:
    travel = next(e for e in going.section(example_outcome).exhibits if isinstance(e, Map))
    drawn = travel.svg(limit=60)
    assert "children in" not in drawn
    lines = [int(n) for n in re.findall(r"<line[^>]*><title>[^<]*: (\d+) child", drawn)]
    assert all(n >= 60 for n in lines)
    assert len(lines) < len(re.findall("<line", travel.svg()))


def test_dots_lie_inside_their_shape_one_for_each_child_and_the_same_each_time() -> None:
    shape = shapely.Point(0, 0).buffer(1_000).difference(shapely.box(0, 0, 2_000, 2_000))
    found = scattered({"a": shape, "b": shapely.box(0, 0, 1, 1)}, pd.Series({"a": 57, "b": 0, "elsewhere": 3}))
    assert len(found) == 57
    assert shapely.contains_xy(shape, found["easting"], found["northing"]).all()
    assert found.equals(scattered({"a": shape}, pd.Series({"a": 57})))


def test_an_area_of_one_district_has_no_page_for_each_district(example_outcome: Outcome) -> None:
    area = example_outcome.area
    whole = area.replace(zones=area.zones.assign(district="The county"))
    assert districts.sections(replace(example_outcome, area=whole)) == []
