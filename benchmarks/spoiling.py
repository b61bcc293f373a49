"""Ways to spoil a module in one place, as its syntax tree: an operator, a number, a condition, a name taken for another."""

from __future__ import annotations

import ast
import importlib.abc
import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

Change = tuple[str, Callable[[Any], None]]
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
        tree = ast.parse(path_of(self.module).read_text(encoding="utf-8"))
        node = _places(tree)[self.node]
        _changes(node, _amounts(tree))[self.change][1](node)
        return ast.fix_missing_locations(tree)


def mutants_of(module: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its source."""
    source = path_of(module).read_text(encoding="utf-8")
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


def path_of(module: str) -> Path:
    return Path(*module.split(".")).with_suffix(".py")


class Spoiling(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module as its mutant."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, name: str, _path_of_package: Any, _target: Any = None) -> Any:
        """Return where the mutant is loaded from; nothing for other modules."""
        where = str(path_of(name).resolve())
        return importlib.util.spec_from_file_location(name, where, loader=self) if name == self.mutant.module else None

    def exec_module(self, module: Any) -> None:
        """Run the mutant as the module."""
        exec(compile(self.mutant.tree(), str(path_of(self.mutant.module)), "exec"), module.__dict__)
