"""Every table that the parts exchange, declared once, and `check`, the only thing that checks columns.

A declaration gives each column's meaning, unit and limits; readers, checks, templates, documentation and test data all
come from it. Tables are tidy: one row a fact, labels in columns, a blank where a margin is meant. Every table may also
carry `source` and `note`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
import pandera.pandas as pa
import xarray as xr

from sufficiency.errors import Fault, FaultyTableError, InputError, nearest, one_of
from sufficiency.school_year import LAST_YEAR, NCY_HIGH, NCY_LOW, PHASES
from sufficiency.vocabulary import NEEDS, SETTINGS

ALWAYS_ALLOWED: Final = ("source", "note")


def whole(about: str, low: int | None = 0, high: int | None = None, **options: Any) -> pa.Column:
    """Return a column of whole numbers between `low` and `high`."""
    return pa.Column("Int64" if options.get("nullable") else "int64", _between(low, high), description=about, **options)


def number(
    about: str, low: float | None = None, high: float | None = None, hint: str = "", **options: Any
) -> pa.Column:
    """Return a column of numbers between `low` and `high`; `hint` ends the message where one is outside."""
    return pa.Column("float64", _between(low, high, hint), description=about, **options)


def text(about: str, known: Iterable[str] | None = None, **options: Any) -> pa.Column:
    """Return a column of words; `known` lists those allowed."""
    checks = [pa.Check.isin(list(known), error="known")] if known is not None else []
    if not options.get("nullable"):
        checks.append(pa.Check.str_length(min_value=1, error="blank"))
    return pa.Column("str", checks, description=about, **options)


def truth(about: str, **options: Any) -> pa.Column:
    """Return a column of true or false (also accepted: yes, no, 1, 0)."""
    return pa.Column("bool", description=about, **options)


def table(name: str, about: str, key: Sequence[str], /, **columns: pa.Column) -> pa.DataFrameSchema:
    """Declare a table: its file is `name`.csv, `key` names the columns that make a row unique."""
    return pa.DataFrameSchema(
        dict(columns), name=name, title=about, unique=list(key) or None, strict=False, coerce=False
    )


def _between(low: float | None, high: float | None, hint: str = "") -> list[pa.Check]:
    checks = [] if low is None else [pa.Check.ge(low, error=f"below {low:.10g}{hint}")]
    return checks if high is None else [*checks, pa.Check.le(high, error=f"above {high:.10g}{hint}")]


def check(frame: pd.DataFrame, schema: pa.DataFrameSchema, *, source: str | None = None) -> pd.DataFrame:
    """Return `frame` with the declared columns, typed and in order; every fault at once if it can't be.

    Parameters
    ----------
    frame
        Any frame: of text as read from a file, or already typed. Never changed.
    schema
        One of this module's declarations.
    source
        What to call it in a message: a file name. Row numbers are lines as seen in Excel, the header being row 1.

    Raises
    ------
    FaultyTableError
        Listing every fault with its row, column, value, and what was expected.
    """
    name = source or f"{schema.name}.csv"
    if frame.empty:
        raise InputError(f"{name} has no rows: expected columns {one_of(_required(schema))} and at least one row")
    frame = frame.reset_index(drop=True)
    faults = _column_faults(frame, schema)
    typed, conversion_faults = _typed(frame, schema)
    faults += conversion_faults
    faults += _value_faults(typed, schema, already={(f.row, f.column) for f in faults})
    if not faults:
        faults = _repeat_faults(typed, schema)
    if faults:
        raise FaultyTableError(name, sorted(faults, key=lambda f: (f.row or 0, f.column or "")))
    declared = [c for c in schema.columns if c in typed]
    return typed[declared + [c for c in ALWAYS_ALLOWED if c in typed and c not in declared]]


def empty(schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return the declared table with no rows."""
    return pd.DataFrame({n: pd.Series(dtype=_dtype(c)) for n, c in schema.columns.items()})


def _required(schema: pa.DataFrameSchema) -> list[str]:
    return [name for name, column in schema.columns.items() if column.required]


def _dtype(column: pa.Column) -> str:
    """Return 'str', 'bool', 'float64', 'int64' or 'Int64' (whole numbers with blanks)."""
    kind = str(column.dtype)
    return "str" if kind.startswith("str") else kind


def _column_faults(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> list[Fault]:
    faults = [
        Fault(1, None, f"the column '{missing}' is missing{nearest(missing, set(frame) - set(schema.columns))}")
        for missing in _required(schema)
        if missing not in frame
    ]
    absent = [c for c in schema.columns if c not in frame]
    misspelt = {
        n for c in _required(schema) if c in absent for n in frame if nearest(c, [n]) and n not in schema.columns
    }
    unknown = [c for c in frame if c not in schema.columns and c not in ALWAYS_ALLOWED and c not in misspelt]
    faults += [
        Fault(1, None, f"the column '{c}' is not one of {one_of(schema.columns)}{nearest(c, absent)}") for c in unknown
    ]
    repeated = frame.columns[frame.columns.duplicated()]
    return faults + [Fault(1, None, f"the column '{c}' is there twice") for c in repeated]


def _typed(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> tuple[pd.DataFrame, list[Fault]]:
    typed, faults = {}, []
    for name, column in schema.columns.items():
        if name in frame and list(frame.columns).count(name) == 1:
            typed[name], wrong = _convert(frame[name], column)
            faults += [Fault(int(row) + 2, name, says) for row, says in wrong]
        elif not column.required:
            typed[name] = pd.Series(_default(column), index=frame.index, dtype=_dtype(column))
    for name in ALWAYS_ALLOWED:
        if name in frame and name not in typed:
            typed[name] = frame[name].astype("str")
    return pd.DataFrame(typed, index=frame.index), faults


def _default(column: pa.Column) -> Any:
    if column.default is not None:
        return column.default
    return {"str": "", "Int64": pd.NA, "float64": np.nan, "int64": 0, "bool": False}[_dtype(column)]


def _convert(values: pd.Series, column: pa.Column) -> tuple[pd.Series, list[tuple[int, str]]]:
    kind = _dtype(column)
    if kind == "str":
        words = values.astype("str").str.strip()
        return words.mask(values.isna() | words.isin(["nan", "<NA>", "None"]), ""), []
    if kind == "bool":
        return _convert_truth(values, column)
    plain = values.astype("str").str.strip() if values.dtype.kind not in "iufb" else values
    if values.dtype.kind not in "iufb":
        plain = plain.str.replace(r"^(-?\d{1,3}(?:,\d{3})+)(\.\d+)?$", _without_commas, regex=True)
    numbers = pd.to_numeric(plain, errors="coerce").astype("float64")
    blank = values.isna() | (plain.astype("str") == "")
    wrong = [(int(i), f"'{values[i]}' is not a number") for i in numbers.index[numbers.isna() & ~blank]]
    if not column.nullable:
        wrong += [(int(i), "is blank; a number is needed") for i in numbers.index[blank]]
    infinite = np.isinf(numbers)
    wrong += [(int(i), f"'{values[i]}' is not a finite number") for i in numbers.index[infinite]]
    if kind == "float64":
        return numbers, wrong
    broken = numbers.notna() & ~infinite & (numbers != numbers.round())
    wrong += [(int(i), f"{numbers[i]:g} is not a whole number") for i in numbers.index[broken]]
    settled = numbers.mask(broken | infinite)
    return (settled.astype("Int64") if kind == "Int64" else settled.fillna(0).astype("int64")), wrong


def _without_commas(match: Any) -> str:
    return str(match.group(1)).replace(",", "") + (match.group(2) or "")


def _convert_truth(values: pd.Series, column: pa.Column) -> tuple[pd.Series, list[tuple[int, str]]]:
    words = values.astype("str").str.strip().str.lower()
    known = {"true": True, "yes": True, "1": True, "1.0": True, "false": False, "no": False, "0": False, "0.0": False}
    known[""] = bool(column.default)
    found = words.map(known)
    wrong = [(int(i), f"'{values[i]}' is not true or false") for i in found.index[found.isna()]]
    return found.fillna(value=False).astype("bool"), wrong


def _value_faults(typed: pd.DataFrame, schema: pa.DataFrameSchema, already: set[Any]) -> list[Fault]:
    present = schema.remove_columns([c for c in schema.columns if c not in typed])
    present.unique = None
    try:
        present.validate(typed, lazy=True)
    except pa.errors.SchemaErrors as caught:
        found = [
            Fault(int(case["index"]) + 2, case["column"], _says(case, schema.columns[case["column"]]))
            for case in caught.failure_cases.to_dict("records")
            if case["index"] is not None and not pd.isna(case["index"]) and case["column"] in schema.columns
        ]
        unique = {(f.row, f.column): f for f in reversed(found)}
        return [f for place, f in unique.items() if place not in already]
    return []


def _says(case: Mapping[Any, Any], column: pa.Column) -> str:
    """Turn one of pandera's failure cases into words."""
    value, failed = case["failure_case"], str(case["check"])
    shown = f"{value:.10g}" if isinstance(value, int | float) else f"'{value}'"
    if failed == "known":
        known = next(c.statistics["allowed_values"] for c in column.checks if c.error == "known")
        if value == "":
            return f"is blank; expected one of {one_of(known)}"
        return f"{shown} is not one of {one_of(known)}{nearest(value, known)}"
    if failed == "blank":
        return "is blank"
    return f"{shown} is {failed}"


def _repeat_faults(typed: pd.DataFrame, schema: pa.DataFrameSchema) -> list[Fault]:
    key = [k for k in schema.unique or [] if k in typed]
    if not key:
        return []
    first = typed.groupby(key, dropna=False, sort=False).ngroup()
    first_row = first.map({g: i for i, g in reversed(list(enumerate(first)))})
    return [
        Fault(
            int(i) + 2, ", ".join(key), f"{_labels(typed.loc[i, key])} is there already, in row {int(first_row[i]) + 2}"
        )
        for i in typed.index[first.duplicated()]
    ]


def _labels(row: pd.Series) -> str:
    return " ".join(f"'{v}'" if v != "" and not pd.isna(v) else "(blank)" for v in row)


# --- columns that many tables share -----------------------------------------------------------------------------------


def _authority(**options: Any) -> pa.Column:
    return text("Authority where the child lives (or, for a setting, that holds it): ONS code, E06000061", **options)


def _year(about: str = "January census year; also the academic year that holds it") -> pa.Column:
    return whole(f"{about} [year]", 2000, LAST_YEAR)


def _financial_year() -> pa.Column:
    return whole("Financial year that starts on 1 April of this year [year]", 2000, LAST_YEAR)


def _ncy(about: str = "National Curriculum year: Reception 0, Year 1 1", **options: Any) -> pa.Column:
    return whole(about, NCY_LOW, NCY_HIGH, **options)


def _need(**options: Any) -> pa.Column:
    return text("Primary need", [*NEEDS, ""] if options.get("nullable") else list(NEEDS), **options)


def _setting_type(**options: Any) -> pa.Column:
    return text("Type of setting", [*SETTINGS, ""] if options.get("nullable") else list(SETTINGS), **options)


def _plans(about: str = "EHC plans in January [plans]") -> pa.Column:
    return whole(about, 0)


NOT_GRID: Final = "; metres on the British National Grid are needed, not longitude and latitude"


def _easting() -> pa.Column:
    return number("British National Grid easting [m]", 1_000, 700_000, hint=NOT_GRID)


def _northing() -> pa.Column:
    return number("British National Grid northing [m]", 1_000, 1_300_000, hint=NOT_GRID)


# --- people -----------------------------------------------------------------------------------------------------------

POPULATION: Final = table(
    "population",
    "Children and young people by authority and NCY, estimates and projection",
    ["authority", "year", "ncy"],
    authority=_authority(),
    year=_year(),
    ncy=_ncy(),
    children=number("Resident children and young people in January [children]", 0),
    basis=text("Whether counted or projected", ["estimate", "projection"], required=False, default="estimate"),
)

ZONES: Final = table(
    "zones",
    "Small areas where children live",
    ["zone"],
    zone=text("Small-area code, an LSOA or postcode sector"),
    name=text("Name of the zone", required=False, nullable=True),
    authority=_authority(),
    district=text("Planning area inside the authority"),
    easting=_easting(),
    northing=_northing(),
    is_rural=truth("Rural by the ONS rural-urban classification", required=False),
    deprivation=number(
        "Share of children in income-deprived families, 0 to 1; blank where unknown",
        0,
        1,
        required=False,
        nullable=True,
    ),
)

ZONE_CHILDREN: Final = table(
    "zone_children",
    "Children by zone and NCY, one year's picture; it shares an authority's children out",
    ["zone", "ncy"],
    zone=text("Zone, as zones.csv"),
    ncy=_ncy(),
    children=number("Resident children [children]", 0),
)

HOUSING: Final = table(
    "housing",
    "Homes planned, by zone and year of completion",
    ["zone", "year"],
    zone=text("Zone, as zones.csv"),
    year=_year("January by which they are lived in"),
    homes=number("Homes completed in the year before [homes]", 0),
    children_per_home=number("Pupil yield: children aged 0 to 19 a home", 0, 3, required=False, nullable=True),
)

# --- plans and SEN Support --------------------------------------------------------------------------------------------

PLANS: Final = table(
    "plans",
    "EHC plans by authority, January, NCY and type of setting; need unknown. A January before ages were published "
    "has blank NCYs: all ages together, never beside rows by age",
    ["authority", "year", "ncy", "setting"],
    authority=_authority(),
    year=_year(),
    ncy=_ncy("National Curriculum year: Reception 0, Year 1 1; blank means all ages", nullable=True),
    setting=_setting_type(),
    plans=_plans(),
)

STATES: Final = table(
    "states",
    "EHC plans in the base year by NCY, need and type of setting together",
    ["authority", "year", "ncy", "need", "setting"],
    authority=_authority(),
    year=_year(),
    ncy=_ncy(),
    need=_need(),
    setting=_setting_type(),
    plans=_plans(),
)

FLOWS: Final = table(
    "flows",
    "New and ceased plans; `year` is the January at the end. A blank NCY, need or setting means all of them",
    ["authority", "year", "kind", "reason", "ncy", "need", "setting"],
    authority=_authority(),
    year=_year("January at the end of the calendar year of the flow"),
    kind=text("new: a plan started; ceased: a plan ended", ["new", "ceased"]),
    reason=text("Why a plan ceased; blank means every reason", required=False, nullable=True),
    ncy=_ncy(nullable=True, required=False),
    need=_need(nullable=True, required=False),
    setting=_setting_type(nullable=True, required=False),
    children=whole("Children [children]", 0),
)

TRANSITIONS: Final = table(
    "transitions",
    "What became of children between one January and the next, counted by state; any codes for need and setting",
    ["year", "ncy", "need", "setting", "need_after", "setting_after"],
    year=_year("January at the end"),
    ncy=whole("National Curriculum year in the January before, for those who join too", NCY_LOW - 1, NCY_HIGH),
    need=text("Need in the January before; blank: no plan then, so a joiner", nullable=True),
    setting=text("Setting in the January before; blank: a joiner", nullable=True),
    need_after=text("Need in the January at the end; blank: no plan then, so a leaver", nullable=True),
    setting_after=text("Setting in the January at the end; blank: a leaver", nullable=True),
    children=whole("Children [children]", 0),
)

REQUESTS: Final = table(
    "requests",
    "Requests for an assessment and what became of them, in the calendar year before `year`",
    ["authority", "year"],
    authority=_authority(),
    year=_year("January at the end of the calendar year"),
    requests=whole("Requests received [requests]", 0, nullable=True),
    refused=whole("Decided not to assess [requests]", 0, nullable=True, required=False),
    assessed=whole("Assessments completed [children]", 0, nullable=True, required=False),
    issued=whole("Assessments that led to a plan [children]", 0, nullable=True, required=False),
)

SEN_SUPPORT: Final = table(
    "sen_support",
    "Pupils on SEN Support at schools in the area",
    ["authority", "year", "phase"],
    authority=_authority(),
    year=_year(),
    phase=text("Phase of school; all is every state-funded and independent school", [*PHASES, "all"]),
    pupils=number("Pupils on roll [pupils]; blank where unknown", 0, nullable=True, required=False),
    sen_support_percent=number("SEN Support as a share of pupils [%]", 0, 100),
)

LONG_VIEW: Final = table(
    "long_view",
    "The area's own long series: pupils, SEN Support, plans as its documents give them",
    ["year", "measure"],
    year=_year(),
    measure=text("What is counted", ["pupils", "sen_support", "plans"]),
    count=whole("How many", 0),
)

# --- settings ---------------------------------------------------------------------------------------------------------

SCHOOLS: Final = table(
    "settings",
    "Schools, units and colleges where children with plans are placed",
    ["setting"],
    setting=text("URN, or a local code"),
    name=text("Name"),
    setting_type=_setting_type(),
    authority=_authority(),
    district=text("Planning area", required=False, nullable=True),
    easting=_easting(),
    northing=_northing(),
    ncy_low=_ncy("Lowest NCY admitted"),
    ncy_high=_ncy("Highest NCY admitted"),
    needs=text("Designations, separated by spaces: 'ASD MLD'; blank means any", required=False, nullable=True),
    sex=text("Who is admitted", ["all", "girls", "boys"], required=False, default="all"),
    is_in_area=truth("Inside the area's boundary", required=False, default=True),
    is_academy=truth("Paid for places by DfE, recouped from the authority", required=False, default=False),
    is_estimate=truth("Places, needs or location are an assumption", required=False, default=False),
)

PLACES: Final = table(
    "places",
    "Places by setting and year; a year not listed keeps the one before",
    ["setting", "year"],
    setting=text("Setting, as settings.csv"),
    year=_year("January; the academic year that holds it"),
    places=whole("Places for children with plans [places]", 0),
    post_16_places=whole("Of which for NCY 12 and above [places]", 0, required=False, default=0),
)

ATTENDANCE: Final = table(
    "attendance",
    "Who attends where today, by home zone; optional",
    ["zone", "setting", "ncy", "need"],
    zone=text("Home zone, as zones.csv"),
    setting=text("Setting, as settings.csv"),
    ncy=_ncy(),
    need=_need(),
    children=whole("Children [children]", 0),
)

SUITABILITY: Final = table(
    "suitability",
    "Which designation of a setting suits which need",
    ["need", "designation"],
    need=_need(),
    designation=text("A designation in settings.csv", [n for n in NEEDS if n != "UNK"]),
    is_suitable=truth("True where a setting so designated can take the child"),
)

TRAVEL: Final = table(
    "travel",
    "Road distance and time from homes to settings, one way",
    ["zone", "setting"],
    zone=text("Home zone, as zones.csv"),
    setting=text("Setting, as settings.csv"),
    km=number("Driving distance [km]", 0),
    minutes=number("Driving time at school-run hours [minutes]", 0),
    walk_km=number("Shortest safe walk [km]; blank where unknown", 0, required=False, nullable=True),
)

TRAVELLERS: Final = table(
    "travellers",
    "Children whose entitlement to travel is tested: one row a child, or a group alike",
    [],
    stage=text("By age and course", ["early_years", "compulsory", "sixth_form", "adult"]),
    age_years=whole("Completed years of age on the day [years]", 0, 25),
    ncy=_ncy(nullable=True, required=False),
    walk_km=number("Shortest safe walk to the school attended [km]", 0, nullable=True),
    road_km=number("By road [km]; blank where not known", 0, required=False, nullable=True),
    is_distance_estimated=truth("Distances are estimates, with the stated error", required=False),
    home_spread_km=number(
        "Standard deviation of the home about the point measured from [km]", 0, required=False, default=0.0
    ),
    is_nearest_suitable=truth("The school attended is the nearest suitable", required=False, default=True),
    is_only_school_named=truth("The plan names this school and no other", required=False),
    cannot_walk=number(
        "Chance that need, disability or mobility keeps the child from walking, 0 to 1",
        0,
        1,
        required=False,
        default=0.0,
    ),
    is_route_unsafe=truth("The route can't be walked in safety, even accompanied", required=False),
    is_low_income=truth("Entitled to free school meals, or on the maximum working tax credit", required=False),
    suitable_nearer=whole("Suitable schools nearer than the one attended [schools]", 0, required=False, default=0),
    is_nearest_of_belief=truth(
        "Nearest suitable school of the parent's religion or belief, and chosen for it", required=False
    ),
)

OPTIONS: Final = table(
    "options",
    "Ways to add, take away or change places, to choose among",
    ["option"],
    option=text("Name of the option"),
    kind=text(
        "expand or close: places at a setting that there is; unit or special: a new one; designate: needs it may take",
        ["expand", "unit", "special", "close", "designate"],
    ),
    setting=text("Setting, as settings.csv; for a new one a code of your own"),
    name=text("Name of a new setting", required=False, nullable=True),
    authority=text("Authority of a new setting", required=False, nullable=True),
    easting=number("Of a new setting: easting [m]", 1_000, 700_000, hint=NOT_GRID, required=False, nullable=True),
    northing=number("Of a new setting: northing [m]", 1_000, 1_300_000, hint=NOT_GRID, required=False, nullable=True),
    ncy_low=_ncy("Lowest NCY of a new setting", required=False, nullable=True),
    ncy_high=_ncy("Highest NCY of a new setting", required=False, nullable=True),
    needs=text("Designations of a new setting, or those added by designate", required=False, nullable=True),
    places=whole("Places in a block; 0 for designate [places]", 0),
    blocks=whole("Blocks that may be opened; blank: 1 [blocks]", 1, required=False, nullable=True),
    year=_year("First January that it could be open in"),
    set_up_years=whole(
        "Years from spending the capital to opening; blank: 0 [years]", 0, required=False, nullable=True
    ),
    capital_gbp_per_place=number("Capital of a place [GBP]", 0),
    capital_gbp=number("Capital whatever the size, once [GBP]", 0, required=False, nullable=True),
    running_gbp_per_place=number(
        "Place funding and other cost of a place, filled or not; blank: the national place value [GBP a year]",
        0,
        required=False,
        nullable=True,
    ),
)

# --- money ------------------------------------------------------------------------------------------------------------

UNIT_COSTS: Final = table(
    "unit_costs",
    "What a placement costs beyond place funding, by type of setting",
    ["authority", "setting_type", "item", "financial_year"],
    authority=_authority(),
    setting_type=_setting_type(),
    item=text("top_up: element 3; fee: the whole fee of an independent placement", ["top_up", "fee"]),
    financial_year=_financial_year(),
    gbp=number("A child a year [GBP]", 0),
)

BANDS: Final = table(
    "bands",
    "Local top-up bands by need and type of setting; optional",
    ["need", "setting_type", "financial_year"],
    need=_need(),
    setting_type=_setting_type(),
    financial_year=_financial_year(),
    top_up_gbp=number("Element 3, a child a year [GBP]", 0),
)

HIGH_NEEDS: Final = table(
    "high_needs",
    "Published high needs figures: block components, place deductions, budgets, outturn and balances",
    ["authority", "financial_year", "item"],
    authority=_authority(),
    financial_year=_financial_year(),
    item=text("What is given, by a name that `funding` knows"),
    amount=number("GBP, or the unit that the item names"),
)

VEHICLES: Final = table(
    "vehicles",
    "Kinds of vehicle on the school run",
    ["vehicle"],
    vehicle=text("Kind: minibus, in_house_minibus, shared_taxi, solo_taxi, wheelchair_accessible"),
    seats=whole("Seats for children [seats]", 1),
    wheelchair_spaces=whole("Wheelchair spaces [spaces]", 0),
    available=whole("How many there are; blank means as many as needed", 0, nullable=True, required=False),
    fixed_gbp=number("A vehicle a day, driver and any assistant included [GBP]", 0),
    gbp_per_km=number("A km, loaded [GBP/km]", 0),
    gbp_per_minute=number("A minute on the road [GBP/minute]", 0),
)

# --- levers and results -----------------------------------------------------------------------------------------------

CHANGES: Final = table(
    "changes",
    "Changes to rates that levers ask for; blank means all",
    [],
    lever=text("Name of the lever"),
    flow=text(
        "Which rate",
        ["joining", "moving", "leaving", "requests", "assessing", "issuing", "sen_support", "first_placement"],
    ),
    factor=number("What the rate is multiplied by once the ramp has ended", 0),
    since=_year("First January that the change can be seen in"),
    ramp_years=whole("Years over which it builds up; 0 at once [years]", 0),
    authority=_authority(nullable=True, required=False),
    need=_need(nullable=True, required=False),
    setting=_setting_type(nullable=True, required=False),
    to_setting=_setting_type(nullable=True, required=False),
    ncy_low=_ncy(nullable=True, required=False),
    ncy_high=_ncy(nullable=True, required=False),
)

PLACEMENTS: Final = table(
    "placements",
    "Who goes where: children who need a specialist place, by home and setting, in the expected demand",
    ["year", "authority", "zone", "ncy", "need", "setting"],
    year=_year(),
    authority=_authority(),
    zone=text("Home zone"),
    ncy=_ncy(),
    need=_need(),
    setting=text("Setting, as settings.csv, or 'unplaced'"),
    children=whole("Children [children]", 0),
    km=number("One way, by road [km]", 0, nullable=True),
    minutes=number("One way, by road [minutes]", 0, nullable=True),
)

NOTES: Final = table(
    "notes",
    "What was read, what is doubtful, what is assumed",
    [],
    table=text("Which table or part it concerns"),
    kind=text("Kind of note", ["read", "doubtful", "assumed", "missing"]),
    says=text("In words"),
)

ASSUMPTIONS: Final = table(
    "assumptions",
    "Every number that no publication gives, or that the area sets for itself",
    ["assumption"],
    assumption=text("Name: the part, a dot, the quantity"),
    value=number("Its value"),
    unit=text("Its unit"),
    says=text("What it means"),
    moves=text("The figure that it moves", required=False, nullable=True),
    status=text("How far to trust it", ["sourced", "derived", "assumed", "unverified"]),
    source=text("Where it is from", required=False, nullable=True),
    dated=text("Since when, or as of when", required=False, nullable=True),
)


class PlansResult(Protocol):
    """What a forecast of plans hands on: arrays with named dimensions."""

    @property
    def plans(self) -> xr.DataArray:
        """Plans: draw x year x authority x ncy x need x setting (type) [plans]."""

    @property
    def homes(self) -> xr.DataArray:
        """Share of an authority's plans that live in each zone: zone x ncy; sums to 1 over an authority's zones."""


class PlacedResult(Protocol):
    """What an allocation hands on."""

    @property
    def placements(self) -> pd.DataFrame:
        """Expected demand, whole children, as `PLACEMENTS`."""

    @property
    def attending(self) -> xr.DataArray:
        """Children: draw x year x authority x need x phase x setting (URN, code or 'unplaced') [children]."""
