"""Releases of EHC plans put together from their files, wherever they lie: those whose last January is the same are one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from sufficiency.errors import InputError
from sufficiency.inputs.files.columns import january_of, plain
from sufficiency.inputs.files.release import Release, container, release_name
from sufficiency.inputs.files.sheets import Sheet
from sufficiency.inputs.releases.ehc_plan_files import FILES

KINDS: Final = {
    "caseload": "ehc_plans",
    "new": "ehc_new",
    "ceased": "ehc_ceased",
    "needs": "ehc_needs",
    "new_needs": "ehc_new_needs",
    "requests": "ehc_requests",
    "assessments": "ehc_assessments",
}


class Told(Protocol):
    """A sheet of a form that is known."""

    @property
    def kind(self) -> str:
        """Its form."""
        ...

    @property
    def sheet(self) -> Sheet:
        """Where it is."""
        ...


def put_together(found: Sequence[Told]) -> list[Release]:
    """Return releases, each with every file of its January: a caseload with what lies beside it first.

    Files of a January in a folder without a caseload join the caseload of that January. A second caseload of one
    January, in another folder or zip, is a release of its own with what lies beside it. Files of a January that has no
    caseload are a release too: of needs or new plans that a later release may lack.
    """
    parts = [f for f in found if f.kind in KINDS.values()]
    chiefs = [f for f in parts if f.kind == KINDS["caseload"]]
    if len(chiefs) <= 1:
        return [_release(chiefs, parts)] if parts else []
    by_january: dict[int, list[Told]] = {}
    for part in parts:
        by_january.setdefault(last_january(part.sheet), []).append(part)
    made = []
    for january, own in sorted(by_january.items()):
        places = list(dict.fromkeys(container(f.sheet) for f in chiefs if f in own))
        lone = [f for f in own if container(f.sheet) not in places]
        for place in places:
            beside = [f for f in own if container(f.sheet) == place]
            made.append(_release([f for f in beside if f in chiefs], [*beside, *(lone if place == places[0] else [])]))
        if not places and january:
            made.append(_release([], own))
    return made


def last_january(sheet: Sheet) -> int:
    """Return the last January of a file of a release; 0: it can't be read."""
    try:
        frame = sheet.frame(lambda column: plain(column) == "timeperiod")
        return 0 if frame.empty else int(january_of(frame.iloc[:, 0], source=sheet.name).max())
    except (InputError, IndexError):
        return 0


def _release(chiefs: Sequence[Told], parts: Sequence[Told]) -> Release:
    """Return a release called after where its caseload lies: of each file one, that beside the caseload before others."""
    place = (chiefs or parts)[0].sheet
    names = {KINDS[file]: known for file, (_, known) in FILES.items()}
    best = sorted(parts, key=lambda f: (container(f.sheet) != container(place), f.sheet.last.name not in names[f.kind]))
    return Release(release_name(place), tuple({f.kind: f.sheet for f in reversed(best)}.values()))
