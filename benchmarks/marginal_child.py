"""Where children with plans are placed, given how many there are and the state places: how rates of growth and substitution do.

`python -m benchmarks.marginal_child [FOLDER]`; the folder holds the published files. From January 2021 to 2024, one to three
years ahead, an authority's plans and state special places are given, and the rest is shared over destinations by the rates
behind `overflow.csv`, fitted on spans that ended by then, leaning to the authority's own stock as far as did best before.
Beside them four ways that anyone could think of:

    held        the authority's shares of January stay
    england     its growth is shared as England's last year's was
    england 3   the same, England's last three years
    own         its growth is shared as its own last year's was

"England" is the sum of the authorities at hand whose placements are recorded at both ends. Only these are scored.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks import panel
from data.overflow import placements
from data.overflow.marginal_child import SPAN
from data.overflow.rates import MOST_UNRECORDED, SUPPLY, changes, regress
from sufficiency.forecast.record import scoring

ORIGINS, HORIZONS, FIRST, LAST = (2021, 2022, 2023, 2024), (1, 2, 3), 2019, 2025
MODEL, NAIVE = "rates", ("held", "england", "england 3", "own")
NAMES = placements.SCHOOL_AGE
DRAWS, SEED = 400, 7
LEANS = np.linspace(0.0, 1.0, 21)
WIDENING = 0.75  # power of years: errors neither wander alone (0.5) nor drift alone (1)
LEAST_GROWTH = 10  # children; an authority that grew by fewer has no split of growth, and its shares are held
# What the release of January 2026 gives for Northamptonshire, of placements recorded.
GROUPS = {
    "mainstream_total": ("in_mainstream", "unit"),
    "ap_pru_total": ("in_alternative_provision",),
    "fe_total": ("in_college",),
    "ed_elsewhere": ("arranged_otherwise", "home_educated", "waiting", "not_in_education"),
    "nm_early_years": ("early_years",),
}
SPECIAL, SPECIALS = "special_total", ("special", "in_independent", "in_non_maintained")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Span:
    """Authorities between two Januaries: what the rates said, what held shares would be, what came. [plans]"""

    years: int
    codes: list[str]
    plans: Floats  # at the start
    said: Floats  # authority × destination
    held: Floats
    truth: Floats

    def leaning(self, lean: float) -> Floats:
        """Return the rates' forecast, moved towards held shares."""
        return (1 - lean) * self.said + lean * self.held


def main() -> None:
    folder = panel.folder(sys.argv[1:])
    table = placements.of_authorities(placements.stock(folder / "ehcp_2025"))
    points = pd.concat([_cases(table, o, h) for h in HORIZONS for o in ORIGINS if o + h <= LAST], ignore_index=True)
    print("School-age destinations given their total and state special places; error as a share of children, % (WAPE)")
    _scores(points)
    _january_2026(table, folder.parent / "january_2026" / "caseload_202526_northants.csv")


def _cases(table: pd.DataFrame, origin: int, horizon: int) -> pd.DataFrame:
    """Return one row for each authority, destination and method; the model's has its range and CRPS."""
    past = table[table.index.get_level_values("year") <= origin]
    before = list(_spans(past, origin))
    lean = _lean(before)
    span = _span(table, origin, horizon)
    forecast = span.leaning(lean)
    errors = [(s.truth - s.leaning(lean)) / np.sqrt(s.plans)[:, None] / s.years**WIDENING for s in before]
    rng = np.random.default_rng(np.random.SeedSequence((SEED, origin, horizon)))
    chosen = np.vstack(errors)[rng.integers(0, sum(map(len, errors)), (DRAWS, len(forecast)))]
    drawn = (forecast + chosen * np.sqrt(span.plans)[:, None] * horizon**WIDENING).clip(min=0.0)
    drawn = drawn / drawn.sum(axis=2, keepdims=True) * forecast.sum(axis=1)[:, None]
    low, high = np.quantile(drawn, (0.05, 0.95), axis=0)
    ways = {MODEL: forecast} | _naive(past, span, origin)
    truth = span.truth.ravel()
    key = {"origin": origin, "horizon": horizon, "label": np.tile(NAMES, len(span.codes)), "truth": truth}
    rows = [pd.DataFrame(key | {"method": m, "forecast": value.ravel()}) for m, value in ways.items()]
    spread = scoring.crps(drawn.reshape(DRAWS, -1), truth)
    rows[0] = rows[0].assign(low=low.ravel(), high=high.ravel(), crps=spread)
    return pd.concat(rows, ignore_index=True)


def _spans(past: pd.DataFrame, origin: int) -> Iterator[Span]:
    """Yield every span that ended by January `origin`, its rates fitted on what had ended by its start."""
    for start in range(FIRST + 1, origin):
        for years in range(1, min(SPAN, origin - start) + 1):
            yield _span(past, start, years)


def _span(table: pd.DataFrame, start: int, years: int) -> Span:
    codes = _recorded(table, start, start + years)
    now, then = (table.xs(y, level="year").loc[codes] for y in (start, start + years))
    fitted = min(SPAN, start - FIRST)
    rates = regress(changes(table[table.index.get_level_values("year") <= start], NAMES, span=fitted), NAMES)
    names = list(NAMES)
    plans = now[[*names, SUPPLY]].sum(axis=1).to_numpy()
    given = {"all": then[[*names, SUPPLY]].sum(axis=1).to_numpy() - plans, SUPPLY: (then - now)[SUPPLY].to_numpy()}
    stock, truth = now[names].to_numpy(), then[names].to_numpy()
    held = stock * (truth.sum(axis=1) / stock.sum(axis=1))[:, None]
    return Span(years, codes, plans, rates.expected(stock, plans, given, years=years / fitted), held, truth)


def _lean(before: list[Span]) -> float:
    """Return the lean to own stock that would have been best."""
    errors = [sum(float(np.abs(s.leaning(lean) - s.truth).sum()) for s in before) for lean in LEANS]
    return float(LEANS[int(np.argmin(errors))])


def _naive(past: pd.DataFrame, span: Span, origin: int) -> dict[str, Floats]:
    now, before = (past.xs(y, level="year").reindex(span.codes)[list(NAMES)] for y in (origin, origin - 1))
    stock, own = now.to_numpy(), (now - before).fillna(0.0).to_numpy()
    growth = (span.truth.sum(axis=1) - stock.sum(axis=1))[:, None]
    sums = own.sum(axis=1, keepdims=True)
    has_grown = np.abs(sums) > LEAST_GROWTH
    split = np.where(has_grown, own / np.where(has_grown, sums, 1.0), stock / stock.sum(axis=1, keepdims=True))
    return {
        "held": span.held,
        "england": (stock + growth * _england(past, origin - 1, origin, NAMES)).clip(min=0.0),
        "england 3": (stock + growth * _england(past, max(origin - 3, FIRST), origin, NAMES)).clip(min=0.0),
        "own": (stock + growth * split).clip(min=0.0),
    }


def _england(table: pd.DataFrame, first: int, last: int, names: Sequence[str]) -> Floats:
    """Return how growth was shared in the authorities recorded at both ends."""
    codes = _recorded(table, first, last)
    start, end = (table.xs(y, level="year").loc[codes, list(names)].sum().to_numpy() for y in (first, last))
    return np.asarray((end - start) / (end - start).sum())


def _recorded(table: pd.DataFrame, *years: int) -> list[str]:
    unknown = (table["not_recorded"] / table.sum(axis=1)).unstack("year")
    return list(unknown.index[(unknown[list(years)] < MOST_UNRECORDED).all(axis=1)])


def _scores(points: pd.DataFrame) -> None:
    """Print errors beside the naive ways, and how many truths lay in the model's range.

    Ranges of the naive ways are their own errors from other origins, later ones too; CRPS is compared with the model's
    ranges made alike.
    """
    cases = pd.concat([points[points["method"] == MODEL], scoring.with_errors(points, MODEL)])
    elsewhere = scoring.with_errors(points[points["method"] == MODEL], "")
    for horizon, rows in cases.groupby("horizon"):
        whole = pd.DataFrame({m: scoring.score(g) for m, g in rows.groupby("method")}, list(scoring.COLUMNS))
        wape, crps = whole.loc["wape"], whole.loc["crps"]
        alike = dict(zip(scoring.COLUMNS, scoring.score(elsewhere[elsewhere["horizon"] == horizon]), strict=True))
        print(
            f"  {horizon} year: {', '.join(f'{m} {wape[m]:.2f}' for m in (MODEL, *NAIVE))}; against the best naive "
            f"{wape[MODEL] / wape[list(NAIVE)].min():.3f}, CRPS {alike['crps'] / crps[list(NAIVE)].min():.3f}; 90 % range "
            f"covers {whole.loc['coverage_90', MODEL]:.2f} ({alike['coverage_90']:.2f} by errors from other origins)"
        )
        for by in ("origin", "label"):
            each = rows.groupby([by, "method"]).apply(_wape).unstack()
            ratio = each[MODEL] / each[list(NAIVE)].min(axis=1)
            print(f"          against the best naive by {by}: " + ", ".join(f"{k} {v:.2f}" for k, v in ratio.items()))
    print()


def _wape(rows: pd.DataFrame) -> float:
    return float((rows["forecast"] - rows["truth"]).abs().sum() / rows["truth"].sum())


def _january_2026(table: pd.DataFrame, release: Path) -> None:
    """Print January 2026 of Northamptonshire, given its plans and those in special schools of every kind.

    State special schools are not published apart from independent ones for it, so the two are the supply here.
    """
    if not release.exists():
        return
    told = pd.read_csv(release)
    told = told[told["breakdown"].str.strip() == "All EHC plans"].set_index("new_la_code")
    table = table.assign(**{SPECIAL: table[list(SPECIALS)].sum(axis=1)})
    names = [n for members in GROUPS.values() for n in members]
    now, last = (table.xs(y, level="year").reindex(told.index) for y in (LAST, LAST - 1))
    stock, plans = now[names].to_numpy(), now[[*names, SPECIAL]].sum(axis=1).to_numpy()
    total, places = (told[c].sum(axis=1).to_numpy(dtype="float64") for c in (list(GROUPS), [SPECIAL]))
    rates = regress(changes(table, names, span=SPAN, supply=SPECIAL), names, given=("all", SPECIAL))
    given = {"all": total + places - plans, SPECIAL: places - now[SPECIAL].to_numpy()}
    held = stock * (total / stock.sum(axis=1))[:, None]
    said = rates.expected(stock, plans, given, years=1 / SPAN)
    grown, own = (total - stock.sum(axis=1))[:, None], (now - last)[names].to_numpy()
    lean = _lean(list(_spans(table, LAST)))
    ways = {
        MODEL: (1 - lean) * said + lean * held,
        "held": held,
        "england": stock + grown * _england(table, LAST - 1, LAST, names),
        "england 3": stock + grown * _england(table, LAST - SPAN, LAST, names),
        "own": stock + grown * own / own.sum(axis=1, keepdims=True),
    }
    print("January 2026 of Northamptonshire, untouched: error over five groups given plans and special schools [plans]")
    for i, code in enumerate(told.index):
        grouped = {m: pd.Series(v[i], names) for m, v in ways.items()}
        errors = {
            m: sum(abs(g[list(members)].sum() - told.loc[code, c]) for c, members in GROUPS.items())
            for m, g in grouped.items()
        }
        print(f"  {code}: " + ", ".join(f"{m} {e:.0f}" for m, e in errors.items()))


if __name__ == "__main__":
    main()
