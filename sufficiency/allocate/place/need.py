"""Need for a specialist place: what the library calls it, and what rationing may have hidden of it.

need
    Children at a specialist setting, wherever it is and whoever runs it, and those turned away from every suitable state
    place. It is forecast from placements, and so from years in which places were short: a child for whom a state special
    school was never to be had is counted where they are, mostly in mainstream.
hidden
    Children elsewhere in the base year who would be at a state special school had such places kept up: a share of those
    who are at one (`allocate.latent_special_share`, 0.09 to 0.34, drawn in every future). How many isn't identified from
    placements, so three readings of England's give the range (`data/facts/england/latent_need.csv`). After the base year
    they grow as need does. They are in no other figure: not in need, and in no budget, journey or return.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from sufficiency.allocate.overflow.supply import drawn
from sufficiency.allocate.place.ledger import Bools, Floats, Ints, Ledger, totals
from sufficiency.area.area import Area
from sufficiency.labels import Labels

HIDDEN: Final = "allocate.latent_special_share"
STREAM: Final = zlib.crc32(b"hidden need")
OF_CHILD: Final = ("zone", "ncy", "need")  # of a child who has no place, no setting is known


def hidden_shares(area: Area, draws: Sequence[int], *, seed: int) -> Floats:
    """Return by draw the share of those at state special schools that need is short of: the same under every scenario."""
    streams = (np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAM, draw))) for draw in draws)
    return np.array([drawn(area, HIDDEN, stream) for stream in streams])


def of_children(labels: Labels) -> Labels:
    """Return the labels of homes and children, without those of settings."""
    kept = {name: label for name, label in labels.known.items() if label.dim in OF_CHILD}
    return Labels(kept, labels.times)


def need_by_cell(
    book: Ledger, cell: Ints, shape: tuple[int, int, int], *, placed: Bools, special: Bools, hidden: Floats
) -> Mapping[str, Floats]:
    """Return draw x year x cell of each measure. [children]

    Parameters
    ----------
    book
        Children in each draw and January.
    cell, shape
        Of each entry, and draw x year x cell.
    placed, special
        Of each entry, whether it is a child at a specialist setting, and at a state special school.
    hidden
        By draw, as `hidden_shares`.
    """
    need = totals(book, cell, shape)
    at_setting = totals(book, cell, shape, placed)
    everyone = need.sum(axis=2, keepdims=True)
    growth = np.divide(everyone, everyone[:, :1], out=np.ones_like(everyone), where=everyone[:, :1] > 0)
    more = hidden[:, None, None] * totals(book, cell, shape, special)[:, :1] * growth
    away = need - at_setting
    return {
        "need": need,
        "placed": at_setting,
        "turned_away": away,
        "hidden": more,
        "need_with_hidden": need + more,
        "without_a_place": away + more,
    }
