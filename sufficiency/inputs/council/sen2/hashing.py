"""Identifiers hashed as they are read, with a salt that stays on this machine.

The same child has the same hash in every file read with the same salt, so that Januaries can be joined; without the
salt a hash says nothing.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import Final

import pandas as pd

from sufficiency.errors import InputError, OutputError

SALT_BYTES: Final = 32  # fewer could be found by trying them all


def salt_path() -> Path:
    """Return where the salt is kept unless another place is given: this user's configuration on this machine."""
    return Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config")) / "sufficiency" / "salt"


def local_salt(path: Path | None = None) -> bytes:
    """Return the salt kept at `path` (by default in the user's configuration), made where there is none.

    Only its owner can read it. Whoever has it and a list of identifiers could find a child: keep it off shared drives.

    Raises
    ------
    InputError
        If the salt is of fewer than 32 bytes.
    OutputError
        If it can't be read or made.
    """
    place = path or salt_path()
    try:
        if place.is_file():
            return checked_salt(bytes.fromhex(place.read_text(encoding="ascii").strip()))
        place.parent.mkdir(parents=True, exist_ok=True)
        salt = secrets.token_bytes(32)
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(salt.hex())
    except InputError as caught:
        raise InputError(f"{caught}; delete {place} to have one made, or give another path") from None
    except (OSError, ValueError) as caught:
        raise OutputError(
            f"the salt at {place} can't be read or made ({type(caught).__name__}); give another path"
        ) from None
    return salt


def checked_salt(salt: bytes) -> bytes:
    """Return the salt, or refuse one that is short enough to be found by trying."""
    if len(salt) < SALT_BYTES:
        raise InputError(f"the salt has {len(salt)} bytes: {SALT_BYTES} or more are needed")
    return salt


def hashed(identifiers: pd.Series, salt: bytes) -> pd.Series:
    """Return each identifier as 16 hexadecimal digits; a blank stays blank. The salt has 32 bytes or more."""
    checked_salt(salt)
    unique = pd.Series(identifiers.unique())
    known = {word: _hash(word, salt) if word else "" for word in unique}
    return identifiers.map(known).astype("str")


def _hash(word: str, salt: bytes) -> str:
    return hashlib.blake2b(word.encode(), key=hashlib.sha256(salt).digest(), digest_size=8).hexdigest()


def masked(hashes: pd.Series) -> pd.Series:
    """Return the first six digits of each hash: enough to find a row by, too few to join on."""
    return hashes.str.slice(0, 6)
