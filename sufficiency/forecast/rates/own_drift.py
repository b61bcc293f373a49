"""What an authority's own record shows beyond England's pattern: drift between settings, and how soon plans end.

England's pattern is run over the last years of an authority, from its own stock, with as many joiners as make the total
right. Where the count by setting came out otherwise, that difference is its drift; part of it lasts, and that part is
added to the rates as moves. England's own drift, in years that its pattern was not fitted to, is found alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from sufficiency.area.area import Area
from sufficiency.forecast import england
from sufficiency.forecast.base_year_plans import History
from sufficiency.forecast.rates.england_pattern import FROM, Pattern, national, older
from sufficiency.forecast.rates.rates import Floats
from sufficiency.forecast.taken import taken
from sufficiency.words.school_year import AGE_GROUPS, NCYS, age_of
from sufficiency.words.vocabulary import SETTING_GROUP_OF, SETTING_GROUPS, SETTING_TYPES

GROUP_OF: Final = np.array([list(SETTING_GROUPS).index(SETTING_GROUP_OF[s]) for s in SETTING_TYPES])
IS_SCHOOL: Final = np.array([group in ("mainstream", "special") for group in SETTING_GROUPS])
SPECIAL: Final = np.array([SETTING_GROUP_OF[s] == "special" for s in SETTING_TYPES])
UNRECORDED: Final = list(SETTING_GROUPS).index("not_recorded")
YOUNG_ADULTS: Final = NCYS.index(16)
STUDENTS: Final = slice(NCYS.index(12), NCYS.index(16))
BAND_OF_NCY: Final = np.array(
    [next(i for i, (low, high) in enumerate(AGE_GROUPS.values()) if low <= age_of(ncy) <= high) for ncy in NCYS]
)
JOINING_BANDS: Final = 3  # age groups in which plans change chiefly by joiners: to age 15
ENDING: Final = NCYS.index(13)  # from the January of Year 13 plans end at rates that authorities decide


@dataclass(frozen=True)
class DriftRates:
    """What an authority's own record takes of an area's assumptions; each is told in assumptions/forecast.toml."""

    drift_own_mainstream: float
    drift_own_special: float
    drift_own_alternative_provision: float
    drift_own_further_education: float
    drift_own_early_years: float
    drift_own_elsewhere: float
    drift_england_elsewhere: float
    drift_fading: float
    drift_prior_plans: float  # [plans]
    drift_fastest: float  # [log ratio a year]
    drift_years_back: float  # [years]
    special_own: float
    special_years_back: float  # [years]
    drift_unrecorded_most: float  # [share]
    unrecorded_usual: float  # [share]
    unrecorded_own: float
    ending_power: float
    ending_prior_plans: float  # [plans]
    ending_most: float  # [ratio]
    joining_age_own: float
    joining_age_prior_plans: float  # [plans]
    joining_under_5_last: float
    joining_age_years_back: float  # [years]
    joining_age_most: float  # [ratio]
    england_takes_age_share: float
    england_moving_most: float  # [share]

    @classmethod
    def of(cls, area: Area) -> DriftRates:
        """Return those of an area."""
        return taken(cls, area)

    @property
    def own_lasting(self) -> Floats:
        """The share of an authority's own drift that goes on, by group of settings."""
        return np.array([getattr(self, f"drift_own_{group}", 0.0) for group in SETTING_GROUPS])

    @property
    def pattern(self) -> Pattern:
        """England's pattern, from which an authority's own drift is told."""
        return national(self.england_takes_age_share, self.england_moving_most)

    @property
    def england_lasting(self) -> Floats:
        """The share of England's drift that goes on, by group of settings."""
        return np.where(IS_SCHOOL, 0.0, self.drift_england_elsewhere)


@dataclass(frozen=True, eq=False)
class Drifts:
    """What is expected of each authority.

    Attributes
    ----------
    yearly
        Drift of each group of settings in the first year: authority x group. [log ratio a year]
    special_growth
        Growth of plans in special schools that their places have allowed, by authority. [log ratio a year]
    unrecorded
        Share of plans whose placement will not be recorded, by authority.
    takes
        1 where England's settings of a type take children of the NCY: ncy x setting_type.
    """

    yearly: Floats
    special_growth: Floats
    unrecorded: Floats
    takes: Floats


def step(plans: Floats, pattern: Pattern, first: Floats, total: float) -> Floats:
    """Return expected plans by ncy x setting_type a year on, joiners being what makes the total right. [plans]"""
    return _stepped(plans, pattern, first, total)[0]


def _stepped(plans: Floats, pattern: Pattern, first: Floats, total: float) -> tuple[Floats, Floats]:
    """Return expected plans a year on, and the joiners among them. [plans]"""
    stay = plans * (1 - pattern.leaving)
    moved = stay * pattern.moving
    kept = older(stay - moved + moved.sum(axis=1, keepdims=True) * pattern.destinations)
    came = pattern.transfers * plans.sum()
    joining = pattern.joiners[:, None] * first
    joiners = joining * max(total - kept.sum() - came.sum(), 0.0) / joining.sum()
    return kept + came + joiners, joiners


def drift(known: History, rates: DriftRates, authority: str, base: int, first: Floats) -> Floats:
    """Return the log ratio a year by which each group of settings is expected to drift from England's pattern.

    England's own drift between schools has not lasted, and is left out; that of other settings has, in part.
    """
    fastest = rates.drift_fastest
    pattern = rates.pattern
    nation = _england_drift(min(base, int(england.table("stock")["year"].max())), fastest, pattern)
    found, weights = [], []
    for back in range(int(rates.drift_years_back)):
        year = base - back
        before, after = known.plans(authority, year - 1), known.plans(authority, year)
        if before is None or after is None or not _are_recorded(rates, before, after):
            continue
        expected = step(before, pattern, first, float(after.sum()))
        own = _log_ratio(after.sum(axis=0), expected.sum(axis=0), rates.drift_prior_plans, fastest)
        found.append(own - _england_drift(year, fastest, pattern))
        weights.append(rates.drift_fading**back)
    lasting = rates.england_lasting * nation
    if found:
        own_mean = np.average(np.array(found), axis=0, weights=np.array(weights) + 1e-9)
        lasting = lasting + rates.own_lasting * own_mean
    return np.clip(lasting, -fastest, fastest)


@cache
def _england_drift(year: int, fastest: float, pattern: Pattern) -> Floats:
    """Return England's drift in the year to January `year`; none where its pattern was fitted or stocks aren't known."""
    frame = england.table("stock")
    known = set(frame["year"])
    if year - 1 not in known or year not in known or year == FROM + 1:
        return np.zeros(len(SETTING_GROUPS))
    before, after = england.by_setting(year - 1), england.by_setting(year)
    ages = england.stock(FROM)
    aged = ages / np.where(ages.sum(axis=0) > 0, ages.sum(axis=0), 1.0) * before
    expected = step(aged, pattern, pattern.first_settings, float(after.sum()))
    return _log_ratio(after, expected.sum(axis=0), 0.0, fastest)


def _are_recorded(rates: DriftRates, *plans: Floats) -> bool:
    """Return whether few enough placements are unrecorded, in each January, for settings to be compared."""
    return all(p[:, GROUP_OF == UNRECORDED].sum() <= rates.drift_unrecorded_most * p.sum() for p in plans)


def _log_ratio(seen: Floats, expected: Floats, prior: float, fastest: float) -> Floats:
    """Return log(seen / expected) by group of settings, shrunk by `prior` plans; none for those not recorded."""
    by_group = [np.bincount(GROUP_OF, weights=x, minlength=len(SETTING_GROUPS)) for x in (seen, expected)]
    ratio = np.log((by_group[0] + prior + 0.5) / (by_group[1] + prior + 0.5))
    ratio[UNRECORDED] = 0.0
    return np.asarray(np.clip(ratio, -2 * fastest, 2 * fastest))


def special_growth(known: History, rates: DriftRates, authority: str, base: int) -> float:
    """Return the growth a year of plans in special schools: part an authority's own of late, part England's.

    Places limit it: in England it has been 5 to 7 % a year since 2019, whatever all plans did.
    """
    back, known_of = int(rates.special_years_back), england.table("stock")["year"]
    last = int(np.clip(base, known_of.min() + 1, known_of.max()))  # growth needs two Januaries
    first = max(last - back, int(known_of.min()))
    nation = np.log(england.by_setting(last)[SPECIAL].sum() / england.by_setting(first)[SPECIAL].sum()) / (last - first)
    now = known.plans(authority, base)
    for years in range(back, 0, -1):
        before = known.plans(authority, base - years)
        if now is not None and before is not None and _are_recorded(rates, before, now):
            prior = rates.drift_prior_plans
            own = np.log((now[:, SPECIAL].sum() + prior) / (before[:, SPECIAL].sum() + prior)) / years
            own = np.clip(own, -rates.drift_fastest, rates.drift_fastest)
            return float(rates.special_own * own + (1 - rates.special_own) * nation)
    return float(nation)


def unrecorded(known: History, rates: DriftRates, authority: str, base: int) -> float:
    """Return the share of plans whose placement is expected not to be recorded: part its own last, part the usual.

    Returns leave most placements unrecorded in one January and next to none in another, so that shares are mixed as
    odds, on the log scale.
    """
    plans = known.plans(authority, base)
    usual = np.log(rates.unrecorded_usual / (1 - rates.unrecorded_usual))
    if plans is None:
        return rates.unrecorded_usual
    hidden = plans[:, GROUP_OF == UNRECORDED].sum()
    own = np.log((hidden + 1.0) / (plans.sum() - hidden + 1.0))
    return float(1 / (1 + np.exp(-(rates.unrecorded_own * own + (1 - rates.unrecorded_own) * usual))))


def ending(rates: DriftRates, plans: Floats) -> float:
    """Return how many times England's rate plans end at from Year 13 on, from how many young adults have one.

    Where plans end sooner fewer are left from age 20: their number beside those aged 16 to 19, against England's.
    """
    nation = england.stock(england.AGES_KNOWN)
    prior = rates.ending_prior_plans
    share = nation[YOUNG_ADULTS:].sum() / nation[STUDENTS].sum()
    own = (plans[YOUNG_ADULTS:].sum() + prior * share) / (plans[STUDENTS].sum() + prior)
    return float(np.clip((share / own) ** rates.ending_power, 1 / rates.ending_most, rates.ending_most))


def joining_by_age(known: History, rates: DriftRates, authority: str, base: int, first: Floats) -> Floats:
    """Return how many times England's pattern children join at each NCY, from how age groups came out of late.

    England's pattern is run from the last January before with ages known; what an age group to 15 has beyond it is
    taken as joiners more than it gave, in part.
    """
    found = np.ones(len(NCYS))
    start = next(
        (base - b for b in range(1, int(rates.joining_age_years_back) + 1) if (authority, base - b) in known.aged), None
    )
    now = known.plans(authority, base)
    if start is None or now is None or (authority, base) not in known.aged:
        return found
    plans, joined = known.plans(authority, start), np.zeros(len(AGE_GROUPS))
    for year in range(start + 1, base + 1):
        after = known.plans(authority, year)
        if plans is None or after is None:
            return found
        plans, joiners = _stepped(plans, rates.pattern, first, float(after.sum()))
        joined += _by_band(joiners)
    assert plans is not None  # the January that it started from has ages
    beyond = (_by_band(now) - _by_band(plans)) / (joined + rates.joining_age_prior_plans)
    ratio = np.clip(1 + rates.joining_age_own * beyond, 1 / rates.joining_age_most, rates.joining_age_most)
    ratio[JOINING_BANDS:] = 1.0
    ratio[0] *= _settled(now, rates, base, first * ratio[BAND_OF_NCY][:, None])
    return np.asarray(ratio[BAND_OF_NCY])


def _settled(now: Floats, rates: DriftRates, base: int, first: Floats) -> float:
    """Return how many times their rate under-fives join at so that their number comes part of the way to its last.

    Most under five joined within the year, so that what an authority does with them shows in their number at once.
    """
    series = england.totals()
    last_known = int(np.clip(base, series.index.min() + 1, series.index.max()))
    grown = float(now.sum() * series[last_known] / series[last_known - 1])
    after, joiners = _stepped(now, rates.pattern, first, grown)
    expected, joined, last = (float(_by_band(x)[0]) for x in (after, joiners, now))
    wanted = (expected + 1) ** (1 - rates.joining_under_5_last) * (last + 1) ** rates.joining_under_5_last - 1
    most = rates.joining_age_most
    return float(np.clip(1 + (wanted - expected) / (joined + rates.joining_age_prior_plans), 1 / most, most))


def _by_band(plans: Floats) -> Floats:
    return np.bincount(BAND_OF_NCY, weights=plans.sum(axis=1), minlength=len(AGE_GROUPS)).astype("float64")
