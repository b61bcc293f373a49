"""Compile the example area, Northamptonshire, from a folder of downloads: `python data/compile_northamptonshire.py DOWNLOADS [OUT]`.

The part of the January 2026 release lies beside DOWNLOADS, in `january_2026`; `january_2026.py` says what of it is carried
forward. Facts that no downloadable file holds (the table of special schools, places agreed, reported balances) lie in `data/facts`, each row
with its source. Everything else is read from the publishers' files.
"""

from __future__ import annotations

import itertools
import json
import shutil
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import january_2026
import numpy as np
import pandas as pd
import shapely
from northamptonshire_settings import BASE_YEAR, FACTS, NORTH, OWN, WEST, settings

from sufficiency.inputs.releases import dfe_ehc_plans, dfe_lait, dfe_school_census, dfe_school_performance, ons
from sufficiency.published import plans as published
from sufficiency.published import population
from sufficiency.published import success as published_success
from sufficiency.published.plan_releases import latest_of
from sufficiency.words.school_year import NCYS

COUNTY = "E10000021"
NUMBERS = {COUNTY: 928, NORTH: 940, WEST: 941}
SEN_PHASES = {"all": (0, 14), "primary": (0, 6), "secondary": (7, 11)}
DISTRICTS = {
    "Corby": NORTH,
    "East Northamptonshire": NORTH,
    "Kettering": NORTH,
    "Wellingborough": NORTH,
    "Daventry": WEST,
    "Northampton": WEST,
    "South Northamptonshire": WEST,
}
REQUESTS = ["authority", "year", "requests", "refused", "assessed", "issued"]
FIRST = 2019
SCHOOLS_OF = 2019  # January of the schools' own counts, Compare school performance 2018-2019
PROJECTED_FROM = 2022  # the projection's own base, an estimate
AGES = [str(a) for a in range(25)]


def main(downloads: Path, out: Path) -> None:
    """Write the area folder."""
    out.mkdir(parents=True, exist_ok=True)
    tables = people(downloads)
    tables |= plans_and_flows(downloads)
    tables |= sen(downloads)
    tables["zones"], tables["zone_children"] = zones(downloads, tables["population"])
    tables["towns"] = towns(downloads)
    tables["settings"], tables["places"] = settings(downloads, tables)
    tables["pipeline"] = pd.read_csv(FACTS / "pipeline.csv", dtype="str", keep_default_na=False)
    tables |= money(downloads)
    tables |= success(downloads, tables["zones"])
    for name, frame in tables.items():
        frame.to_csv(out / f"{name}.csv", index=False, lineterminator="\n")
    (out / "boundaries.geojson").write_text(boundaries(downloads), encoding="utf-8")
    shutil.copyfile(FACTS / "area.toml", out / "area.toml")


def people(downloads: Path) -> dict[str, pd.DataFrame]:
    """Return residents by authority, January and NCY: small areas summed to mid-2020, the projection from mid-2022."""
    folder = downloads / "ons"
    links = folder / "northants_lookup_lsoa11_lsoa21_ltla22.csv"
    lookup = ons.lookup(links, {"zone": "LSOA11CD", "authority": "LAD22CD"}).drop_duplicates("zone")
    frames = []
    for year in (2017, 2019, 2020):
        path = folder / f"northants_lsoa11_mid{year}_population_by_single_year_of_age.csv"
        small = ons.estimates(path, mid_year=year)
        code = small["code"].map(lookup.set_index("zone")["authority"])
        frames.append(small.assign(code=code, basis="estimate"))
    projected = ons.projection(folder / "snpp2022_migcat_persons_northants_age0_25.csv")
    counted = projected["mid_year"] <= PROJECTED_FROM
    frames.append(projected.assign(basis=np.where(counted, "estimate", "projection")))
    together = pd.concat(frames)
    rows = [population.population(together, code, first=FIRST, base_year=BASE_YEAR) for code in OWN]
    return {"population": pd.concat(rows)}


def plans_and_flows(downloads: Path) -> dict[str, pd.DataFrame]:
    """Return plans, states, flows and requests of North and West; the county is shared out before 2022.

    January 2026 and the calendar year before it are the latest release's; needs, which the part at hand doesn't have, are
    carried forward from January 2025.
    """
    with tempfile.TemporaryDirectory() as folder:
        latest = january_2026.lay_out(downloads.parent / "january_2026", Path(folder))
        releases = (latest, downloads / "ehcp_2025")
        stocks = [dfe_ehc_plans.stock(r) for r in releases]
        news = [dfe_ehc_plans.new_plans(r) for r in releases]
        ceased = latest_of([dfe_ehc_plans.ceased_plans(r) for r in releases])
        requests = latest_of([dfe_ehc_plans.requests(r) for r in releases])
    stocks[0] = january_2026.authority_stock(stocks[0], stocks[1][stocks[1]["year"] == BASE_YEAR - 1])
    news[0] = january_2026.authority_new(news[0], news[1][news[1]["year"] == BASE_YEAR - 1])
    stock, needs = latest_of(stocks), dfe_ehc_plans.needs(releases[1])
    own = published.plans(stock, OWN)
    note = "the county's count, shared as the two authorities' in January 2022"
    shared, _ = published.shared_from(stock, COUNTY, list(OWN), first=2022, note=note)
    known = pd.concat([published.states(stock, needs, code, BASE_YEAR - 1) for code in OWN])
    flows = published.flows(latest_of(news), ceased, dfe_ehc_plans.new_needs(releases[1]), OWN)
    requests = requests[requests["authority"].isin(OWN)]
    own["note"] = np.where(own["year"] == BASE_YEAR, january_2026.CARRIED, "")
    return {
        "plans": pd.concat([shared, own]),
        "states": published.states_carried(known, own[own["year"] == BASE_YEAR]),
        "flows": flows,
        "requests": requests[REQUESTS].sort_values(["authority", "year"]),
    }


def sen(downloads: Path) -> dict[str, pd.DataFrame]:
    """Return SEN Support by authority, January and phase, and the county's own long view."""
    support = dfe_lait.sen_support(downloads / "lait" / "sen_measures_2016-2025.csv").dropna(subset=["number"])
    percent = support.set_index(["number", "year", "phase"])["sen_support_percent"]
    pupils = _pupils(downloads)
    rows = []
    for code, year, phase in itertools.product(OWN, range(2016, BASE_YEAR + 1), SEN_PHASES):
        known = percent.get((NUMBERS[code], year, phase))
        note = "" if known is not None else "the county's percentage; pupils shared as in January 2022"
        value = percent.get((NUMBERS[COUNTY], year, phase)) if known is None else known
        if value is not None:  # none after January 2025
            rows.append((code, year, phase, pupils.get((code, year, phase)), round(float(value), 2), note))
    columns = ["authority", "year", "phase", "pupils", "sen_support_percent", "note"]
    return {"sen_support": pd.DataFrame(rows, columns=columns), "long_view": pd.read_csv(FACTS / "long_view.csv")}


def _pupils(downloads: Path) -> dict[tuple[str, int, str], float]:
    """Return pupils on roll; the county's, before 2022, shared as in January 2022."""
    path = downloads / "school_census" / "pupils_by_nc_year_2011-12_to_2022-23.csv"
    census = dfe_school_census.pupils_by_ncy(path)
    found: dict[tuple[str, int, str], float] = {}
    for phase, (low, high) in SEN_PHASES.items():
        sums = census[census["ncy"].between(low, high)].groupby(["number", "year"])["pupils"].sum()
        after = pd.Series({code: sums[NUMBERS[code], 2022] for code in OWN})
        for (number, year), pupils in sums[sums.index.get_level_values("number").isin(NUMBERS.values())].items():
            for code in OWN:
                if number == NUMBERS[code]:
                    found[code, year, phase] = float(pupils)
                elif number == NUMBERS[COUNTY]:
                    found[code, year, phase] = float(round(pupils * after[code] / after.sum()))
    return found


def success(downloads: Path, zones: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return how children with SEND fare beside neighbours and England, and SEN by school in January 2019."""
    tool, schools = downloads / "lait", downloads / "schools"
    near = published_success.neighbours(dfe_lait.neighbours(tool / "statistical_neighbours_may2025.csv"), OWN)
    fare = dfe_lait.outcomes(tool / "send_outcomes_2016-2025.csv")
    register = pd.read_csv(schools / "northants_schools_2018_register_with_jan2019_roll.csv", dtype={"URN": "str"})
    register = register.rename(columns={"URN": "school"})[["school", "name", "easting", "northing"]]
    counted = dfe_school_performance.school_census(schools / "england_census.csv").drop(columns=["number", "year"])
    missed = dfe_school_performance.absence(schools / "england_abs.csv").rename_axis("school").reset_index()
    by_school = counted.merge(register, on="school").merge(missed, on="school", how="left").assign(year=SCHOOLS_OF)
    return {
        "outcomes": published_success.outcomes(fare, OWN, list(near["neighbour"])),
        "neighbours": near,
        "school_sen": published_success.school_sen(by_school, zones),
        "aims": pd.read_csv(FACTS / "aims.csv"),
    }


def zones(downloads: Path, population: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the 443 LSOAs of 2021 and their children by NCY, scaled to each authority's base year."""
    ons = downloads / "ons"
    lookup = pd.read_csv(ons / "northants_lookup_lsoa11_lsoa21_ltla22.csv")
    points = pd.read_csv(ons / "northants_lsoa21_centroids_derived.csv").set_index("lsoa21_code")
    rural = pd.read_csv(ons / "northants_ruc21_lsoa21.csv").set_index("lsoa21_code")["ruc"]
    poor = pd.read_csv(downloads / "deprivation" / "northants_imd2025_england_lsoa21_indicators.csv")
    poor = poor.set_index("lsoa21_code")["income_deprivation_affecting_children_index_idaci_numerator"]
    first = lookup.drop_duplicates("lsoa21_code").set_index("lsoa21_code")
    district = first["lsoa11_name"].str.replace(r" \d+[A-Z]$", "", regex=True)
    named = _postcodes(downloads).drop_duplicates("lsoa21_code").set_index("lsoa21_code")["neighbourhood"]
    children = _zone_children(ons, lookup, points)
    young = children.loc[:, -4:11].sum(axis=1)
    frame = pd.DataFrame(
        {
            "zone": points.index,
            "name": points["lsoa21_name"],
            "neighbourhood": named.reindex(points.index),
            "authority": points["ltla_code"],
            "district": district.reindex(points.index),
            "easting": points["pc_median_easting"].fillna(points["geom_centroid_easting"]),
            "northing": points["pc_median_northing"].fillna(points["geom_centroid_northing"]),
            "is_rural": rural.reindex(points.index).eq("Rural"),
            "deprivation": (poor.reindex(points.index) / young).clip(0, 1).round(4),
        }
    ).reset_index(drop=True)
    assert set(frame["district"]) == set(DISTRICTS), set(frame["district"])
    assert (frame["district"].map(DISTRICTS) == frame["authority"]).all()
    now = population[population["year"] == BASE_YEAR].set_index(["authority", "ncy"])["children"].unstack()
    scale = now / children.groupby(points["ltla_code"]).sum()
    scaled = (children * scale.reindex(points.loc[children.index, "ltla_code"]).to_numpy()).round(2)
    long = scaled.stack().rename("children").reset_index()
    long.columns = ["zone", "ncy", "children"]
    return frame.sort_values("zone"), long


def towns(downloads: Path) -> pd.DataFrame:
    """Return towns that maps name, each where the postcodes of the neighbourhoods that bear its name lie densest."""
    postcodes = _postcodes(downloads)
    known = pd.read_csv(FACTS / "towns.csv")
    rows = []
    for town in known.itertuples():
        own = postcodes[postcodes["neighbourhood"].str.contains(town.neighbourhood, regex=False)]
        square = [own["easting"] // 1_000, own["northing"] // 1_000]
        densest = own[own.groupby(square)["postcode"].transform("size").rank(method="dense", ascending=False) == 1]
        rows.append((town.town, densest["easting"].median(), densest["northing"].median(), town.rank))
    return pd.DataFrame(rows, columns=["town", "easting", "northing", "rank"])


def _postcodes(downloads: Path) -> pd.DataFrame:
    """Return postcodes with the name that the House of Commons Library gives their MSOA."""
    names = pd.read_csv(downloads / "ons" / "northants_msoa_la_lookup.csv").set_index("MSOACD")["MSOAHCLNM"]
    frame = pd.read_csv(downloads / "postcodes" / "northants_postcodes_with_lsoa.csv")
    return frame.assign(neighbourhood=frame["msoa21_code"].map(names))


def _zone_children(ons: Path, lookup: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Return mid-2020 children by 2021 zone: a zone split in 2021 is shared by its parts' postcodes."""
    old = pd.read_csv(ons / "northants_lsoa11_mid2020_population_by_single_year_of_age.csv").set_index("lsoa11_code")
    links = lookup[["lsoa11_code", "lsoa21_code"]].drop_duplicates()
    weight = points["n_postcodes"].reindex(links["lsoa21_code"]).fillna(1).clip(lower=1).to_numpy(dtype=float)
    share = weight / pd.Series(weight).groupby(links["lsoa11_code"].to_numpy()).transform("sum").to_numpy()
    counts = old.loc[links["lsoa11_code"], AGES].to_numpy() * share[:, None]
    frame = pd.DataFrame(counts, index=links["lsoa21_code"].to_numpy(), columns=list(NCYS))
    return frame.groupby(level=0).sum().rename_axis("zone").reindex(points.index).rename_axis("zone")


def money(downloads: Path) -> dict[str, pd.DataFrame]:
    """Return unit costs, high needs figures, vehicles and suitability."""
    known = pd.read_csv(FACTS / "suitability.csv")
    designations = [n for n in known["need"] if n != "UNK"]
    suits = [(r.need, d, d in r.designations.split()) for r in known.itertuples() for d in designations]
    costs = pd.read_csv(FACTS / "unit_costs.csv")
    return {
        "unit_costs": costs,
        "vehicles": pd.read_csv(FACTS / "vehicles.csv"),
        "suitability": pd.DataFrame(suits, columns=["need", "designation", "is_suitable"]),
        "high_needs": pd.concat([_block(downloads), pd.read_csv(FACTS / "balances.csv")]),
    }


ITEMS = {
    "nff_elements_excl_basic_and_import_export_gbp": "nff_elements_gbp",
    "basic_entitlement_unit_aca_gbp": "basic_entitlement_gbp",
    "pupils_in_special_schools": "special_pupils",
    "import_export_adj_gbp": "import_export_gbp",
    "special_free_school_adj_gbp": "special_free_school_gbp",
    "hospital_ap_factor_gbp": "hospital_gbp",
    "additional_hn_gbp": "additional_gbp",
    "total_before_deductions_gbp": "block_gbp",
    "deductions_direct_place_funding_gbp": "deductions_gbp",
}


def _block(downloads: Path) -> pd.DataFrame:
    wide = pd.read_csv(downloads / "funding" / "high_needs_block_components_2020_2024.csv")
    wide["authority"] = wide["area"].map({name: code for code, name in OWN.items()})
    long = wide.dropna(subset=["authority"]).melt(["authority", "year"], list(ITEMS), "item", "amount")
    long = long.dropna(subset=["amount"]).assign(item=long["item"].map(ITEMS))
    long["financial_year"] = long["year"].str[:4].astype(int)
    source = "DfE, dedicated schools grant allocations"
    return long.assign(source=source)[["authority", "financial_year", "item", "amount", "source"]]


def boundaries(downloads: Path) -> str:
    """Return the zones' shapes, simplified together so that neighbours still meet, as GeoJSON."""
    files = [downloads / "ons" / "boundaries" / f"lsoa_{code}.geojson" for code in OWN]
    shapes = pd.concat([gpd.read_file(f) for f in files]).to_crs(27700)
    simple = shapely.coverage_simplify(shapes.geometry.to_numpy(), 60)
    simple = gpd.GeoSeries(shapely.make_valid(simple), crs=27700).to_crs(4326)
    features = [
        {"type": "Feature", "properties": {"zone": code}, "geometry": _rounded(shape)}
        for code, shape in sorted(zip(shapes["LSOA21CD"], simple, strict=True))
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))


def _rounded(shape: shapely.Geometry) -> dict:
    return json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-5)))


if __name__ == "__main__":
    beside = Path(__file__).parent
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else beside / "northamptonshire")
