"""Mutation testing of the modules that decide money and law: each is spoilt in one place at a time; do its tests notice?

`python -m benchmarks.mutants` runs every module of `MODULES`; name some to run only those:
`python -m benchmarks.mutants place_plus block`. It prints each survivor by line and change, and the share killed. A
mutant that can't be noticed, since it means the same, is listed in `THE_SAME` with the reason.

Each mutant runs in a process of its own, two at a time, against the tests mapped to its module; one that takes several
times as long as they do counts as killed. Files are never touched: the mutant is compiled as its module is imported.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.spoiling import Mutant, Spoiling, mutants_of, path_of

MODULES = {
    "place_plus": (
        "sufficiency.funding.places.place_plus",
        ["tests/funding/test_place_plus.py", "tests/funding/test_place_funding.py"],
    ),
    "place_funding": ("sufficiency.funding.places.place_funding", ["tests/funding/test_place_funding.py"]),
    "deductions": ("sufficiency.funding.places.deductions", ["tests/funding/test_deductions.py"]),
    "place_spend": ("sufficiency.funding.places.place_spend", ["tests/funding/test_place_spend.py"]),
    "block": ("sufficiency.funding.block.block", ["tests/funding/test_block.py"]),
    "eligibility": ("sufficiency.transport.entitled.eligibility", ["tests/transport/test_eligibility.py"]),
    "ledger": ("sufficiency.allocate.place.ledger", ["tests/allocate/test_ledger.py"]),
    "destinations": ("sufficiency.allocate.overflow.split", ["tests/allocate/test_split.py"]),
    "policy": ("sufficiency.policy", ["tests/test_policy.py"]),
    "school_year": ("sufficiency.words.school_year", ["tests/test_school_year.py"]),
    "draws": ("sufficiency.draws", ["tests/test_draws.py"]),
    "labels": ("sufficiency.labels", ["tests/test_draws.py"]),
    "loans": ("sufficiency.loans", ["tests/test_loans.py"]),
    "whole_units": ("sufficiency.whole_units", ["tests/test_whole_units.py"]),
}
ROOMS = ("sufficiency.funding", "sufficiency.transport", "sufficiency.allocate")
# (module, line of code, change): why no test could notice.
PENCE_ADD_UP = "return int(np.ceil(round(before * first + after * second, 4) - 1e-6))"
NO_AMOUNTS = "largest = float(amounts.max(initial=0.0)) * (chains + 1)"
A_POUND = "a pound more or less, where there are no amounts, is far from any limit"
TWO_DECIMALS = "whole places at a rate in whole pence have two decimals"
ANY_LENGTH = "numpy works out any one length that is below 0"
ONE_DIMENSION = "of one dimension, the first is the last"
LAST_BIT = "no amount meets the limit to the last bit"
BY_NAME = "the two columns that are used are taken by name"
TEN_THOUSAND = "a special place and an empty one of a unit are GBP 10,000 in every year of the law"
APRIL = "every rate of place funding begins on 1 April, so a day or a month later it is the same"
THE_SAME: dict[tuple[str, str, str], str] = {
    ("place_plus", "return found.on(date(financial_year, 4, 1))", "4 becomes 5"): APRIL,
    ("place_plus", "return found.on(date(financial_year, 4, 1))", "1 becomes 2"): APRIL,
    (
        "block",
        "for year in range(min(blocks), financial_years[-1] + 1):",
        "1 becomes 2",
    ): "a year after the last asked for is worked out and not handed out",
    (
        "block",
        'last_formula = int(policy.value("funding.last_formula_financial_year", on=max(year, 2025)))',
        "2025 becomes 2026",
    ): "the law has one value, in force since 2025",
    ("whole_units", NO_AMOUNTS, "0.0 becomes 1.0"): A_POUND,
    ("whole_units", NO_AMOUNTS, "0.0 becomes -1.0"): A_POUND,
    (
        "whole_units",
        "fits = [s for s in SCALES if largest * s * (1 if s == SCALES[0] else LONGEST_CHAIN) < room]",
        "< becomes <=",
    ): LAST_BIT,
    (
        "whole_units",
        "return bool(np.all(np.abs(scaled - np.rint(scaled)) <= NOISE + 4e-16 * np.abs(scaled)))",
        "<= becomes <",
    ): LAST_BIT,
    (
        "labels",
        "if name not in array.dims and len(along.dims) == 1 and along.dims[0] in dims:",
        "0 becomes -1",
    ): ONE_DIMENSION,
    ("labels", "found = found.also(str(name), str(along.dims[0]), along.to_numpy())", "0 becomes -1"): ONE_DIMENSION,
    (
        "labels",
        "return pd.DataFrame({n: part[n].to_numpy()[a] for part, a in zip(parts, at, strict=True) for n in part})",
        "True becomes False",
    ): "there are as many positions as parts",
    ("labels", "values = values.reshape(len(values), years, -1)", "1 becomes 2"): ANY_LENGTH,
    ("draws", "index = np.indices((len(years), len(labels), len(wanted))).reshape(3, -1)", "1 becomes 2"): ANY_LENGTH,
    ("ledger", "need, ncy = np.indices(shape).reshape(2, -1)", "1 becomes 2"): ANY_LENGTH,
    (
        "ledger",
        "np.logical_or.at(found, cell, routes.suits.any(axis=0).reshape(len(cell), -1))",
        "1 becomes 2",
    ): ANY_LENGTH,
    (
        "ledger",
        '"special_outside" if o and t == "special" else WHERE_OF_TYPE[t] for o, t in zip(outside, types, strict=True)',
        "True becomes False",
    ): "both are columns of one table",
    (
        "place_spend",
        'for i, (authority, stream) in enumerate(zip(settings["authority"], streams, strict=True)):',
        "True becomes False",
    ): "streams are made of the same rows",
    (
        "place_spend",
        'settings = settings[settings["has_number"]].reset_index(drop=True)',
        "True becomes False",
    ): BY_NAME,
    (
        "place_spend",
        "pre, post = places_by_year(area, listed.reset_index(drop=True), [area.base_year])",
        "True becomes False",
    ): BY_NAME,
    (
        "place_spend",
        'return float(last["amount"]) - float((pre + post).to_numpy().sum()) * rate_gbp("special_place_gbp", area.base_year)',
        "special_place_gbp becomes unit_place_empty_gbp",
    ): TEN_THOUSAND,
    (
        "place_spend",
        'return rate_gbp("special_place_gbp", financial_year)',
        "special_place_gbp becomes unit_place_empty_gbp",
    ): TEN_THOUSAND,
    (
        "place_spend",
        "paid = np.zeros((next(iter(children[1].values())).shape[0], len(kinds)))",
        "1 becomes 0",
    ): "children before 16 and all have the same draws",
    ("destinations", "NOWHERE: Final = -1", "1 becomes 2"): "any number that is no position does",
    (
        "destinations",
        "GOLDEN: Final = (5**0.5 - 1) / 2  # steps of an even sequence: any run of children is split as the shares say",
        "- becomes +",
    ): "a step of one whole more",
    (
        "destinations",
        "rest[rest.sum(axis=1) <= 0, full] = 1.0",
        "1.0 becomes 2.0",
    ): "any weight does where it is the only one",
    (
        "draws",
        'if values.dtype.kind == "f" and np.isnan(values).any():',
        "and becomes or",
    ): "without a NaN, both ways give the same quantile",
    ("school_year", "had_birthday = (born.month, born.day) <= (8, 31)", "31 becomes 32"): "August has no 32nd",
    (
        "policy",
        'percent = f"; {own:g} % is written {own / 100:g}" if self.unit.startswith("share") and own > most else ""',
        "> becomes >=",
    ): "a value at the most is accepted",
    ("deductions", PENCE_ADD_UP, "4 becomes 5"): TWO_DECIMALS,
    ("deductions", PENCE_ADD_UP, "4 becomes 3"): TWO_DECIMALS,
}

AS_IT_IS, NO_TESTS = -1, 5  # a mutant's number where there is none; pytest's exit code


def run_one(module: str, number: int, tests: list[str]) -> int:
    """Run the tests against a mutant, or the module as it is, in this process; return pytest's exit code."""
    import pytest

    if number != AS_IT_IS:
        sys.meta_path.insert(0, Spoiling(mutants_of(module)[number]))
    words = ["-q", "-x", "-n", "0", "-p", "no:cacheprovider", "--no-header", "--tb=no"]
    return int(pytest.main([*words, *tests], plugins=[QuickestFirst()]))


class QuickestFirst:
    """A pytest plugin: tests by hand come before laws, and a law that fails has done its work without its smallest example."""

    def pytest_configure(self) -> None:
        """Leave out Hypothesis's search for a small example, after `tests/conftest.py` has chosen its profile."""
        import hypothesis

        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutants", parent=hypothesis.settings(), phases=phases)
        hypothesis.settings.load_profile("mutants")

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Put laws last: a mutant dies of its first failure, and one example is quicker than forty."""
        items.sort(key=lambda item: hasattr(getattr(item, "obj", None), "hypothesis"))


def killed(module: str, numbers: Sequence[int], tests: list[str], *, seconds: float, workers: int) -> list[bool]:
    """Return whether the tests fail, or take more than `seconds`, against each mutant; each in a process of its own."""
    fork = multiprocessing.get_context("fork")  # heavy libraries are loaded once, before
    left, dead = list(reversed(numbers)), dict.fromkeys(numbers, False)
    running: dict[int, tuple[Any, float]] = {}
    while left or running:
        while left and len(running) < workers:
            process = fork.Process(target=_in_silence, args=(module, left[-1], tests))
            process.start()
            running[left.pop()] = process, time.monotonic() + seconds
        time.sleep(0.02)
        for number, (process, until) in list(running.items()):
            if process.is_alive() and time.monotonic() < until:
                continue
            process.kill()
            process.join()
            if process.exitcode == NO_TESTS:
                raise RuntimeError(f"no test was found in {', '.join(tests)}")
            dead[number] = process.exitcode != 0
            if not dead[number] and number != AS_IT_IS:
                print(f"  mutant {number} lives", file=sys.stderr, flush=True)
            del running[number]
    return [dead[number] for number in numbers]


def _in_silence(module: str, number: int, tests: list[str]) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os._exit(run_one(module, number, tests))


def examine(name: str, *, workers: int) -> tuple[int, list[Mutant]]:
    """Print the survivors of a module; return how many mutants could be noticed, and those that were not."""
    module, tests = MODULES[name]
    began = time.monotonic()
    if killed(module, [AS_IT_IS], tests, seconds=600, workers=1)[0]:
        raise RuntimeError(f"{', '.join(tests)} fail before {module} is touched")
    limit = 10 + 5 * (time.monotonic() - began)
    every = [m for m in mutants_of(module) if (name, m.code, m.says) not in THE_SAME]
    dead = killed(module, [m.number for m in every], tests, seconds=limit, workers=workers)
    survivors = [m for m, is_dead in zip(every, dead, strict=True) if not is_dead]
    the_same = {(code, says): why for (whose, code, says), why in THE_SAME.items() if whose == name}
    print(
        f"{name}: {sum(dead)} of {len(every)} killed, {sum(dead) / len(every):.1%}; {len(the_same)} mean the same",
        flush=True,
    )
    for mutant in survivors:
        print(f"  survived · {path_of(module)}:{mutant.line} · {mutant.says} · {mutant.code}", flush=True)
    return len(every), survivors


def main() -> None:
    """Examine the modules named, or all of them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(MODULES)}; none: all")
    asked.add_argument("--workers", type=int, default=2)
    given = asked.parse_args()
    # Loaded once, before each mutant forks: libraries, and then what stands below the rooms examined last.
    for library in ("pandas", "pandera.pandas", "xarray", "scipy.sparse", "openpyxl", "hypothesis", "pytest"):
        importlib.import_module(library)
    for name in sorted(given.names or MODULES, key=lambda n: MODULES[n][0].startswith(ROOMS)):
        if MODULES[name][0].startswith(ROOMS):
            for below in ("sufficiency.area.area", "sufficiency.scenarios.levers", "sufficiency.whole_units"):
                importlib.import_module(below)
        examine(name, workers=given.workers)


if __name__ == "__main__":
    main()
