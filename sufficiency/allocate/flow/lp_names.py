"""Names in an .lp file that bear the labels of groups and settings: every solver takes them, and they can be read back.

`placed(North_primary,St%2E_Mary%27s)`: a space is written `_`, and whatever solvers may not take is written as in a web
address. So two labels never share a name, and `labels_of` gives the labels again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from typing import Final
from urllib.parse import unquote

LONGEST: Final = 255  # characters, by the format's rules


def name_of(what: str, *labels: Hashable) -> str:
    """Return the name of a variable or a row: what it is, and the labels that it is about.

    A label that is not text is written with its type, so that 1 and '1' differ. Beyond 255 characters, a name ends in a
    digest of its labels: it is still its own, but can't be read back.

    Examples
    --------
    >>> name_of("placed", "North, primary", "School A")
    'placed(North%2C_primary,School_A)'
    >>> name_of("cap_on_moves")
    'cap_on_moves'
    """
    name = f"{what}({','.join(_written(label) for label in labels)})" if labels else what
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{name[: LONGEST - len(digest) - 1]}~{digest}"


def labels_of(name: str) -> tuple[str, tuple[str, ...]]:
    """Return what a name is and the labels that it is about, as text.

    Examples
    --------
    >>> labels_of("placed(North%2C_primary,School_A)")
    ('placed', ('North, primary', 'School A'))
    """
    what, _, inside = name.removesuffix(")").partition("(")
    return what, tuple(unquote(label.replace("_", " ")) for label in inside.split(",")) if inside else ()


def _written(label: Hashable) -> str:
    text = label if isinstance(label, str) else f"{type(label).__name__}:{label}"
    return "".join(
        c if c.isascii() and c.isalnum() else "_" if c == " " else "".join(f"%{b:02X}" for b in c.encode())
        for c in text
    )
