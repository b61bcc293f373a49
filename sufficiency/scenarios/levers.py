"""Levers: changes to test. Each is a value that can be called, `lever(area) -> Area`.

A lever changes inputs, never results. What each is worth is a run of prefixes of the scenario under one seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import pandas as pd

from sufficiency import policy, tables
from sufficiency.area.area import Area
from sufficiency.area.crossed import setting_faults
from sufficiency.errors import Fault, FaultyTableError, InputError, MissingError, nearest, one_of
from sufficiency.tables.settings import MOST_PLACES
from sufficiency.words.run_options import whole


@dataclass(frozen=True)
class OpenPlaces:
    """Open `places` more places at a setting from the academic year that holds January `year`.

    `capital_gbp` is what they cost to build, where it is known; otherwise the appraisal has the capital assumed for a place.
    """

    setting: str
    places: int
    year: int
    capital_gbp: float | None = None

    @property
    def label(self) -> str:
        """Words for a chart."""
        return f"Open {self.places} places at {self.setting} by {self.year}"

    def __call__(self, area: Area) -> Area:
        """Return the area with the places added from `year` on."""
        _places(self.places)
        known = 0 if self.capital_gbp is None else self.capital_gbp
        if not isinstance(known, int | float) or not 0 <= known < float("inf"):
            raise InputError(f"{self.label}: capital_gbp {self.capital_gbp} is not an amount in pounds, as 4000000")
        return _change_places(area, self.setting, int(self.places), self.year)


@dataclass(frozen=True)
class ClosePlaces:
    """Close `places` places at a setting from the academic year that holds January `year`."""

    setting: str
    places: int
    year: int

    @property
    def label(self) -> str:
        """Words for a chart."""
        return f"Close {self.places} places at {self.setting} by {self.year}"

    def __call__(self, area: Area) -> Area:
        """Return the area with the places taken away from `year` on."""
        _places(self.places)
        return _change_places(area, self.setting, -int(self.places), self.year)


@dataclass(frozen=True)
class OpenSetting:
    """Open a new school or unit with `places` places from January `year`; `capital_gbp` as in `OpenPlaces`."""

    setting: str
    name: str
    setting_type: str
    authority: str
    easting: float
    northing: float
    ncy_low: int
    ncy_high: int
    needs: str
    places: int
    year: int
    capital_gbp: float | None = None

    @property
    def label(self) -> str:
        """Words for a chart."""
        return f"Open {self.name}, {self.places} places, by {self.year}"

    def __call__(self, area: Area) -> Area:
        """Return the area with the setting and its places."""
        row = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("places", "year", "capital_gbp")}
        new = tables.check(pd.DataFrame([row]), tables.SCHOOLS, source=self.label)
        known = {*area.authorities, *area.settings["authority"]}
        faults = setting_faults(new)
        if self.authority not in known:
            faults.append(Fault(2, "authority", f"'{self.authority}' is not one of {one_of(sorted(known))}"))
        if faults:
            raise FaultyTableError(self.label, faults)
        settings = pd.concat([area.settings, new])
        return OpenPlaces(self.setting, self.places, self.year, self.capital_gbp)(
            area.replace(settings=tables.check(settings, tables.SCHOOLS, source="settings with the new one"))
        )


@dataclass(frozen=True)
class ChangeRate:
    """Multiply a rate by `factor` for the children named, from January `since`, built up over `ramp_years`.

    `flow` is joining, moving, leaving, requests, assessing, issuing, sen_support or first_placement.
    """

    flow: str
    factor: float
    since: int
    need: str | None = None
    setting_type: str | None = None
    to_setting_type: str | None = None
    ncy_low: int | None = None
    ncy_high: int | None = None
    authority: str | None = None
    ramp_years: int = 0

    @property
    def label(self) -> str:
        """Words for a chart."""
        who = " ".join(str(v) for v in (self.need, self.setting_type, self.to_setting_type) if v)
        return (
            f"{str(self.flow).replace('_', ' ').capitalize()} x {_shown(self.factor)}"
            f"{' ' + who if who else ''} from {self.since}"
        )

    def __call__(self, area: Area) -> Area:
        """Return the area with the change asked for."""
        whole("since", self.since, least=2000, such_as=str(area.base_year + 2))
        if self.since <= area.base_year:
            raise InputError(
                f"{self.label}: January {self.since} is past; the first year to change is {area.base_year + 1}"
            )
        if self.authority is not None and self.authority not in area.authorities:
            raise InputError(f"{self.label}: '{self.authority}' is not one of {one_of(area.authorities)}")
        row = {f.name: getattr(self, f.name) for f in fields(self)} | {"lever": self.label}
        change = tables.check(pd.DataFrame([row]), tables.CHANGES, source=self.label)
        if self.ncy_low is not None and self.ncy_high is not None and self.ncy_low > self.ncy_high:
            raise InputError(f"{self.label}: ncy_low {self.ncy_low} is above ncy_high, {self.ncy_high}; swap them")
        return area.replace(changes=pd.concat([area.changes, change], ignore_index=True))


def ChangeJoining(  # noqa: N802 - a planner reads it as one of the levers
    factor: float, *, since: int, need: str | None = None, setting_type: str | None = None, **who: object
) -> ChangeRate:
    """Return a lever on the rate at which children are given plans; `setting_type` is the first placement."""
    return ChangeRate("joining", factor, since, need=need, setting_type=setting_type, **who)  # type: ignore[arg-type]


@dataclass(frozen=True)
class ChangeAssumption:
    """Set one of the area's assumptions, or override a national value, by name.

    A value outside the range that `sufficiency policy` gives is refused, unless `low` or `high` say that it is meant.
    """

    assumption: str
    value: float
    says: str = "set by a lever"
    low: float | None = None
    high: float | None = None

    @property
    def label(self) -> str:
        """Words for a chart."""
        return f"{self.assumption} = {_shown(self.value)}"

    def __call__(self, area: Area) -> Area:
        """Return the area with the value set; the name must be known."""
        before = area.value(self.assumption)
        row = {"assumption": self.assumption, "value": self.value, "unit": policy.rate(self.assumption).unit}
        row |= {"says": self.says, "status": "assumed", "source": f"lever; was {before:g}"}
        row |= {"low": self.low, "high": self.high}
        new = tables.check(pd.DataFrame([row]), tables.ASSUMPTIONS, source=self.label)
        kept = area.assumptions[area.assumptions["assumption"] != self.assumption]
        return area.replace(assumptions=pd.concat([kept, new], ignore_index=True) if len(kept) else new)


@dataclass(frozen=True)
class Change:
    """Any other change: a label and a function from area to area."""

    label: str
    change: Callable[[Area], Area]

    def __call__(self, area: Area) -> Area:
        """Return the area with the change made."""
        return self.change(area)


def _places(places: int) -> None:
    """Refuse what is no number of places of one setting."""
    whole("places", places, least=0, such_as="20")
    if places > MOST_PLACES:
        raise InputError(f"places is {int(places):,}: no setting has more than {MOST_PLACES:,}")


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else repr(value)


def _change_places(area: Area, setting: str, by: int, year: int) -> Area:
    known = area.settings["setting"]
    if setting not in set(known):
        named = {**dict(zip(known, known, strict=True)), **dict(zip(area.settings["name"], known, strict=True))}
        near = f": that is the name of '{named[setting]}'" if setting in named else nearest(setting, named)
        raise MissingError(f"there is no setting '{setting}' in {area.name}{near}; see settings.csv")
    whole("year", year, least=2000, such_as=str(area.base_year + 2))
    if year <= area.base_year:
        raise InputError(
            f"places can't change at {setting} by January {year}: the base year is {area.base_year}, so the first is {area.base_year + 1}"
        )
    if not area.settings.loc[known == setting, "has_number"].iloc[0]:
        raise InputError(
            f"places can't change at {setting}, whose number of places is not known (has_number in settings.csv): give its "
            "places in places.csv, or open a setting of its own with OpenSetting"
        )
    own = area.places[area.places["setting"] == setting]
    years = sorted({year, *own.loc[own["year"] > year, "year"]})
    then = {y: int(area.places_in(y)[setting]) + by for y in years}
    below = [y for y, places in then.items() if places < 0]
    if below:
        raise InputError(f"{setting} has {then[below[0]] - by} places in {below[0]}: {-by} can't be closed")
    kept = area.places[~((area.places["setting"] == setting) & area.places["year"].isin(years))]
    post_16 = own.sort_values("year")["post_16_places"]
    added = pd.DataFrame({"setting": setting, "year": years, "places": [then[y] for y in years]})
    added["post_16_places"] = min(int(post_16.iloc[-1]) if len(post_16) else 0, min(then.values()))
    return area.replace(places=tables.check(pd.concat([kept, added]), tables.PLACES, source="places after the lever"))
