"""Mutation testing of the modules that decide money and law: each is spoilt in one place at a time; do its tests notice?

`python -m benchmarks.mutants` runs every module of `MODULES`; name some to run only those:
`python -m benchmarks.mutants place_plus block`. It prints each survivor by line and change, and the share killed. A
mutant that can't be noticed, since it means the same, is listed in `THE_SAME` with the reason.

Each mutant runs in a process of its own, two at a time, against the tests mapped to its module; one that takes several
times as long as they do counts as killed. Files are never touched: the mutant is compiled as its module is imported.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.util
import multiprocessing
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

MODULES = {
    "place_plus": (
        "sufficiency.funding.places.place_plus",
        ["tests/funding/test_place_plus.py", "tests/funding/test_place_funding.py"],
    ),
    "place_funding": ("sufficiency.funding.places.place_funding", ["tests/funding/test_place_funding.py"]),
    "deductions": ("sufficiency.funding.places.deductions", ["tests/funding/test_deductions.py"]),
    "place_spend": ("sufficiency.funding.places.place_spend", ["tests/funding/test_budget.py"]),
    "block": ("sufficiency.funding.block.block", ["tests/funding/test_block.py"]),
    "eligibility": ("sufficiency.transport.entitled.eligibility", ["tests/transport/test_eligibility.py"]),
    "ledger": ("sufficiency.allocate.place.ledger", ["tests/allocate/test_places.py"]),
    "policy": ("sufficiency.policy", ["tests/test_policy.py"]),
    "school_year": ("sufficiency.words.school_year", ["tests/test_school_year.py"]),
    "draws": ("sufficiency.draws", ["tests/test_draws.py"]),
    "money": ("sufficiency.money", ["tests/test_money.py"]),
}
ROOMS = ("sufficiency.funding", "sufficiency.transport", "sufficiency.allocate")
# (module, line of code, change): why no test could notice.
PENCE_ADD_UP = "return int(np.ceil(round(before * first + after * second, 4) - 1e-6))"
TWO_DECIMALS = "whole places at a rate in whole pence have two decimals"
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
    ("deductions", PENCE_ADD_UP, "4 becomes 5"): TWO_DECIMALS,
    ("deductions", PENCE_ADD_UP, "4 becomes 3"): TWO_DECIMALS,
}

Change = tuple[str, Callable[[Any], None]]
AS_IT_IS, NO_TESTS = -1, 5  # a mutant's number where there is none; pytest's exit code
OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], str]] = {
    ast.Add: (ast.Sub, "+ becomes -"),
    ast.Sub: (ast.Add, "- becomes +"),
    ast.Mult: (ast.Div, "* becomes /"),
    ast.Div: (ast.Mult, "/ becomes *"),
    ast.FloorDiv: (ast.Div, "// becomes /"),
    ast.Mod: (ast.FloorDiv, "% becomes //"),
    ast.Lt: (ast.LtE, "< becomes <="),
    ast.LtE: (ast.Lt, "<= becomes <"),
    ast.Gt: (ast.GtE, "> becomes >="),
    ast.GtE: (ast.Gt, ">= becomes >"),
    ast.Eq: (ast.NotEq, "== becomes !="),
    ast.NotEq: (ast.Eq, "!= becomes =="),
    ast.In: (ast.NotIn, "in becomes not in"),
    ast.NotIn: (ast.In, "not in becomes in"),
    ast.Is: (ast.IsNot, "is becomes is not"),
    ast.IsNot: (ast.Is, "is not becomes is"),
    ast.And: (ast.Or, "and becomes or"),
    ast.Or: (ast.And, "or becomes and"),
    ast.BitAnd: (ast.BitOr, "& becomes |"),
    ast.BitOr: (ast.BitAnd, "| becomes &"),
}
CALLS = {"ceil": "floor", "floor": "ceil", "min": "max", "max": "min", "any": "all", "all": "any"}
CALLS |= {"minimum": "maximum", "maximum": "minimum"}
AN_AMOUNT = re.compile(r"(funding\.)?[a-z0-9_]+_(gbp|share|growth|plans)")  # names that may be taken for one another


@dataclass(frozen=True)
class Mutant:
    """A module spoilt in one place: which node, which of its changes, and that in words."""

    module: str
    number: int
    node: int
    change: int
    line: int
    code: str
    says: str

    def tree(self) -> ast.Module:
        """Return the module, spoilt."""
        tree = ast.parse(_path(self.module).read_text(encoding="utf-8"))
        node = _places(tree)[self.node]
        _changes(node, _amounts(tree))[self.change][1](node)
        return ast.fix_missing_locations(tree)


def mutants_of(module: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its source."""
    source = _path(module).read_text(encoding="utf-8")
    tree, lines = ast.parse(source), source.splitlines()
    amounts, found = _amounts(tree), []
    for at, node in enumerate(_places(tree)):
        for which, (says, _) in enumerate(_changes(node, amounts)):
            line = int(getattr(node, "lineno", 0))
            found.append(Mutant(module, len(found), at, which, line, lines[line - 1].strip(), says))
    return found


def _places(tree: ast.AST) -> list[ast.AST]:
    """Return the nodes that may be spoilt: no docstring, annotation, decorator, import or message."""
    found: list[ast.AST] = []

    def visit(node: ast.AST) -> None:
        found.append(node)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "exc"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not isinstance(child, (ast.JoinedStr, ast.Import, ast.ImportFrom)):
                    visit(child)

    visit(tree)
    return found


def _changes(node: Any, amounts: list[str]) -> list[Change]:
    """Return each way to spoil a node: what it does in words, and a function that does it in place."""
    if isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign)) and type(node.op) in OPERATORS:
        other, says = OPERATORS[type(node.op)]
        return [(says, lambda n: setattr(n, "op", other()))]
    if isinstance(node, ast.Compare):
        return [(says, partial(_compare, n=n, other=other)) for n, other, says in _comparisons(node)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub, ast.Invert)):
        word = {ast.Not: "not", ast.USub: "-", ast.Invert: "~"}[type(node.op)]
        return [(f"{word} is dropped", _drop)]
    if isinstance(node, ast.Constant):
        return _of_constant(node, amounts)
    if isinstance(node, ast.Return) and node.value is not None:
        return [("nothing is returned", lambda n: setattr(n, "value", ast.Constant(None)))]
    if isinstance(node, ast.Call):
        return _of_call(node)
    turned = [("the condition is turned round", _turn)] if isinstance(node, (ast.If, ast.IfExp, ast.While)) else []
    return [*turned, *_of_body(node)]


def _comparisons(node: ast.Compare) -> list[tuple[int, type[ast.AST], str]]:
    return [(n, *OPERATORS[type(op)]) for n, op in enumerate(node.ops) if type(op) in OPERATORS]


def _of_constant(node: ast.Constant, amounts: list[str]) -> list[Change]:
    others: list[Any] = []
    if isinstance(node.value, bool):
        others = [not node.value]
    elif isinstance(node.value, (int, float)):
        others = [node.value + 1, node.value - 1]
    elif node.value in amounts and len(amounts) > 1:
        others = [amounts[(amounts.index(node.value) + 1) % len(amounts)]]
    return [(f"{node.value} becomes {other}", partial(_put, field="value", value=other)) for other in others]


def _of_call(node: ast.Call) -> list[Change]:
    field = "attr" if isinstance(node.func, ast.Attribute) else "id"
    name = getattr(node.func, field, "")
    other = CALLS.get(name)
    return [(f"{name} becomes {other}", lambda n: setattr(n.func, field, other))] if other else []


def _of_body(node: ast.AST) -> list[Change]:
    return [
        ("nothing is raised", partial(_silence, field=field, n=n))
        for field in ("body", "orelse")
        for n, statement in enumerate(getattr(node, field, []) if isinstance(node, ast.stmt) else [])
        if isinstance(statement, ast.Raise)
    ]


def _put(node: Any, *, field: str, value: Any) -> None:
    setattr(node, field, value)


def _compare(node: ast.Compare, *, n: int, other: Any) -> None:
    node.ops[n] = other()


def _drop(node: ast.UnaryOp) -> None:
    if isinstance(node.op, ast.Not):
        node.operand = ast.UnaryOp(ast.Not(), node.operand)  # `not not x` is x as a truth
    else:
        node.op = ast.UAdd()


def _turn(node: Any) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _silence(node: Any, *, field: str, n: int) -> None:
    getattr(node, field)[n] = ast.Pass()


def _amounts(tree: ast.AST) -> list[str]:
    return sorted({n.value for n in ast.walk(tree) if _is_amount(n) and isinstance(n, ast.Constant)})


def _is_amount(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(AN_AMOUNT.fullmatch(node.value))


def _path(module: str) -> Path:
    return Path(*module.split(".")).with_suffix(".py")


class Spoiling(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module as its mutant."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, name: str, _path_of_package: Any, _target: Any = None) -> Any:
        """Return where the mutant is loaded from; nothing for other modules."""
        where = str(_path(name).resolve())
        return importlib.util.spec_from_file_location(name, where, loader=self) if name == self.mutant.module else None

    def exec_module(self, module: Any) -> None:
        """Run the mutant as the module."""
        exec(compile(self.mutant.tree(), str(_path(self.mutant.module)), "exec"), module.__dict__)


def run_one(module: str, number: int, tests: list[str]) -> int:
    """Run the tests against a mutant, or the module as it is, in this process; return pytest's exit code."""
    import pytest

    if number != AS_IT_IS:
        sys.meta_path.insert(0, Spoiling(mutants_of(module)[number]))
    words = ["-q", "-x", "-n", "0", "-p", "no:cacheprovider", "--no-header", "--tb=no"]
    return int(pytest.main([*words, *tests], plugins=[NoShrinking()]))


class NoShrinking:
    """A pytest plugin: a law that fails has done its work; the smallest example of it is of no interest here."""

    def pytest_configure(self) -> None:
        """Leave out Hypothesis's search for a small example, after `tests/conftest.py` has chosen its profile."""
        import hypothesis

        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutants", parent=hypothesis.settings(), phases=phases)
        hypothesis.settings.load_profile("mutants")


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
        print(f"  survived · {_path(module)}:{mutant.line} · {mutant.says} · {mutant.code}", flush=True)
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
            for below in ("sufficiency.area.area", "sufficiency.scenarios.levers", "sufficiency.money"):
                importlib.import_module(below)
        examine(name, workers=given.workers)


if __name__ == "__main__":
    main()
