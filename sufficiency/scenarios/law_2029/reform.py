"""The law announced for 2029 as one scenario: its parts, each alone or together, wholly delivered or in part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sufficiency.errors import InputError, nearest, one_of
from sufficiency.scenarios.law_2029.bases import DECISIONS, FreeSchoolSwap, InclusionBases
from sufficiency.scenarios.law_2029.mainstream_support import MainstreamSupport
from sufficiency.scenarios.law_2029.new_plans import FollowDfE, PlansAtSpecialistOnly
from sufficiency.scenarios.law_2029.parts import check_delivered
from sufficiency.scenarios.law_2029.prices import PriceBands
from sufficiency.scenarios.law_2029.support_plans import IndividualSupportPlans
from sufficiency.scenarios.law_2029.who_pays import WhoPays
from sufficiency.scenarios.scenario import Lever, Scenario

# Parts by name, in the order in which they are pulled. Transport has none: entitlement does not hang on a plan.
PARTS: Final[Mapping[str, Callable[..., Lever]]] = {
    "individual_support_plans": IndividualSupportPlans,
    "new_plans": PlansAtSpecialistOnly,
    "inclusion_bases": InclusionBases,
    "free_school_swap": FreeSchoolSwap,
    "price_bands": PriceBands,
    "mainstream_support": MainstreamSupport,
    "who_pays": WhoPays,
}
SWAP: Final = "free_school_swap"
PATHS: Final = ("own", "dfe")


def reform(
    delivered: float = 1.0,
    *,
    levers: Sequence[str] | None = None,
    path: str = "own",
    free_schools: Mapping[str, str] | None = None,
    name: str | None = None,
) -> Scenario:
    """Return the scenario of the law announced for 2029.

    Nothing of it is law. Every number is an assumption `reform.*` with its range and evidence (`sufficiency policy`), which
    an area may set.

    Parameters
    ----------
    delivered
        How far it is delivered: 0 is as agreed, 1 as announced. Shares and multiples are that far from doing nothing.
    levers
        Names of the parts to pull, by default all: individual_support_plans, new_plans, inclusion_bases,
        free_school_swap (where `free_schools` decides any), price_bands, mainstream_support, who_pays.
    path
        'own': plans grow as we forecast until the law changes. 'dfe': England follows DfE's points to the peak of 2030,
        and new plans after it are as few as its figure for 2035 needs.
    free_schools
        Of rows of pipeline.csv, by name: 'build', 'cash' or 'cancelled'.
    name
        What to call it; by default 'If the law changes' and how far it is delivered.

    Raises
    ------
    InputError
        If `delivered` is not between 0 and 1, a part is not known by name, or `path` is neither.

    Examples
    --------
    >>> [lever.label for lever in reform(0.5, levers=["price_bands"]).levers]
    ['Price bands from 2029-30']
    """
    check_delivered(delivered)
    if path not in PATHS:
        raise InputError(f"path is {path!r}: expected {one_of(PATHS)}{nearest(path, PATHS)}")
    asked = [levers] if isinstance(levers, str) else list(PARTS if levers is None else levers)
    for part in asked:
        if part not in PARTS:
            raise InputError(f"the reform has no lever '{part}'{nearest(part, PARTS)}; known: {one_of(PARTS)}")
    if levers is not None and SWAP in asked and not free_schools:
        raise InputError(f"{SWAP} needs free_schools, a decision for each row of pipeline.csv: {one_of(DECISIONS)}")
    pulled: list[Lever] = []
    if delivered:
        more: dict[str, dict[str, dict[str, str]]] = {SWAP: {"decisions": dict(free_schools or {})}}
        pulled += [FollowDfE(delivered)] if path == "dfe" else []
        for part, make in PARTS.items():
            if part in asked and (part != SWAP or free_schools):
                pulled.append(make(delivered, **more.get(part, {})))
    is_whole = set(asked) >= set(PARTS) - {SWAP}
    return Scenario(name or _named(delivered, path, is_whole=is_whole), tuple(pulled))


def _named(delivered: float, path: str, *, is_whole: bool) -> str:
    how = {0.0: "not delivered", 0.5: "half delivered", 1.0: "delivered"}.get(delivered, f"{delivered:.0%} delivered")
    return f"If the law changes{'' if is_whole else ' in part'}, {how}{', on DfE’s path' if path == 'dfe' else ''}"
