"""Names in an .lp file: they bear the labels, no two are alike, and every solver and reader gives them back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pandas as pd
import pulp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency.allocate import CapOnMoves, FairShare, MinimumRoll, as_program
from sufficiency.allocate.flow.lp_names import LONGEST, labels_of, name_of

TEXT = st.text(min_size=1, max_size=12)
AWKWARD = ["St. Mary's, Upper", "St. Mary's  Upper", "St._Mary's_Upper", "Ysgol y Gôr", "5e3 [new] + <old>", "école/2"]


@given(st.lists(TEXT, min_size=1, max_size=3))
def test_labels_are_read_back_from_a_name(labels):
    name = name_of("placed", *labels)
    assert labels_of(name) == ("placed", tuple(labels))
    assert name.isascii()
    assert not set(name) & set(" +-*/<>=[]^:\\")


@given(st.lists(TEXT, min_size=2, max_size=2, unique=True))
def test_two_labels_never_share_a_name(labels):
    assert name_of("x", labels[0]) != name_of("x", labels[1])
    assert name_of("x", *labels) != name_of("x", ",".join(labels))


def test_a_number_and_its_text_differ():
    assert name_of("x", 1) != name_of("x", "1")


def test_a_name_too_long_for_the_format_is_still_its_own():
    long = "é" * 300
    names = {name_of("placed", long + end, "S") for end in "ab"}
    assert len(names) == 2
    assert max(map(len, names)) <= LONGEST


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Return the .lp of a problem whose labels are as awkward as can be, with rules."""
    groups = pd.Series(2, index=AWKWARD)
    places = pd.Series(3, index=[*AWKWARD[:4], 7, "7"])
    routes = pd.DataFrame(
        [(g, s, 10.0 + n) for n, g in enumerate(groups.index) for s in places.index],
        columns=["group", "setting", "cost_gbp"],
    )
    district = pd.Series(AWKWARD, groups.index)
    rules = (FairShare(district, 0.5), CapOnMoves(pd.Series("7", AWKWARD[:1]), 1), MinimumRoll(pd.Series({"7": 1})))
    return as_program(groups, places, routes, unplaced_gbp=100.0, rules=rules).write_lp(tmp_path / "places.lp")


def test_the_lp_bears_every_group_and_setting(written):
    words = [labels_of(word.removesuffix(":")) for word in written.read_text(encoding="ascii").split()]
    settings = {*AWKWARD[:4], "int:7", "7"}
    found = {what: {labels for name, labels in words if name == what} for what, _ in words}
    assert found["placed"] == {(g, s) for g in AWKWARD for s in settings}
    assert found["everyone_is_placed_or_counted"] == {(g,) for g in AWKWARD}
    assert found["no_setting_is_overfull"] == {(s,) for s in settings}
    assert found["fair_share"] == {(g,) for g in AWKWARD}
    assert found["cap_on_moves"] == {()}
    assert found["open"] == {("7",)}


def test_cbc_reads_the_lp_and_gives_the_names_back(written):
    cbc = getattr(pulp.apis.coin_api, "pulp_cbc_path", None) or "cbc"
    answer = written.with_suffix(".sol")
    subprocess.run([cbc, str(written), "solve", "solution", str(answer)], check=True, capture_output=True)
    rows = [line.split() for line in answer.read_text().splitlines()]
    assert rows[0][0] == "Optimal"
    used = [(labels_of(name), float(value)) for _, name, value, _ in rows[1:]]
    placed = [(labels, value) for (what, labels), value in used if what == "placed"]
    assert {group for (group, _), _ in placed} == set(AWKWARD)
    assert sum(value for _, value in placed) == 12
