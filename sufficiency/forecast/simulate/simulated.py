"""What a simulation hands back: plans and flows of every draw, and children with support plans where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

KINDS: Final = ("joiners", "movers", "movers_out", "leavers", "transfers_in")
SUPPORT_KINDS: Final = ("to_support_plan", "support_plans_ended")


@dataclass(frozen=True, eq=False)
class Simulated:
    """Plans: draw x year x authority x ncy x need x setting_type; flows by kind without need, and without NCY.

    All are whole numbers of the smallest size that holds them: sums of them are of the largest.
    """

    plans: NDArray[np.signedinteger]
    flows_by_ncy: NDArray[np.signedinteger]
    flows_by_need: NDArray[np.signedinteger]
    support: Supported | None = None

    @property
    def flows(self) -> tuple[tuple[str, ...], NDArray[np.signedinteger], NDArray[np.signedinteger]]:
        """Kinds of flow, and flows by NCY and by need; those of support plans are among them where there are any."""
        if self.support is None:
            return KINDS, self.flows_by_ncy, self.flows_by_need
        return (
            (*KINDS, *SUPPORT_KINDS),
            np.concatenate([self.flows_by_ncy, self.support.flows_by_ncy]),
            np.concatenate([self.flows_by_need, self.support.flows_by_need]),
        )

    @classmethod
    def joined(cls, parts: Sequence[Simulated], along: Literal["draw", "authority"]) -> Simulated:
        """Return parts side by side, draws or authorities one after another."""
        plans, flows = {"draw": (0, 1), "authority": (2, 3)}[along]
        supports = [part.support for part in parts if part.support is not None]
        return cls(
            np.concatenate([p.plans for p in parts], axis=plans),
            np.concatenate([p.flows_by_ncy for p in parts], axis=flows),
            np.concatenate([p.flows_by_need for p in parts], axis=flows),
            None
            if len(supports) < len(parts)
            else Supported(
                np.concatenate([s.held for s in supports], axis=plans),
                np.concatenate([s.flows_by_ncy for s in supports], axis=flows),
                np.concatenate([s.flows_by_need for s in supports], axis=flows),
            ),
        )


@dataclass(frozen=True, eq=False)
class Supported:
    """Children who have a support plan since a review, labelled as plans are, and flows by `SUPPORT_KINDS`."""

    held: NDArray[np.signedinteger]
    flows_by_ncy: NDArray[np.signedinteger]
    flows_by_need: NDArray[np.signedinteger]
