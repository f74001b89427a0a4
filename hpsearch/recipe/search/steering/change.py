"""A change of what the next round searches, made because of what was found in the rounds before."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hpsearch.finding import Finding, Severity
from hpsearch.space import Distribution


class Kind(StrEnum):
    """What a change is; the value is the code of the finding that tells of it."""

    DECAY_ADDED = "decay-added"
    REGULARISATION_RAISED = "regularisation-raised"
    REGULARISATION_LOWERED = "regularisation-lowered"
    EPOCHS_RAISED = "epochs-raised"
    WIDTH_RAISED = "width-raised"
    RANGE_WIDENED = "range-widened"
    RATES_CUT = "rates-cut"


SWITCHES: dict[Kind, str] = {
    Kind.DECAY_ADDED: "schedule",
    Kind.REGULARISATION_RAISED: "regularisation",
    Kind.REGULARISATION_LOWERED: "regularisation",
    Kind.EPOCHS_RAISED: "epochs",
    Kind.WIDTH_RAISED: "width",
    Kind.RANGE_WIDENED: "ranges",
    Kind.RATES_CUT: "ranges",
}
"""The key of ``recipe.fine.steer`` that switches each off."""


@dataclass(frozen=True)
class Change:
    """One change of one path."""

    kind: Kind
    path: str
    after: Distribution
    """What the next round draws the path from."""
    what: str
    """What is done, as the first half of a sentence."""
    why: str
    """The second half, behind ``because of``."""
    because: Mapping[str, Any]
    """The numbers behind it, with ``finding`` where there is one: the code of what was found."""
    source: str = ""

    @property
    def opens(self) -> bool:
        """Whether it lets something be tried that was not before, which deserves a round of its own."""
        return self.kind is not Kind.RATES_CUT

    def finding(self, before: Distribution | None) -> Finding:
        """As it is recorded with the verdict; ``before``: what the path would be drawn from without the change."""
        return Finding(
            self.kind.value,
            Severity.INFO,
            f"{self.what}, because of {self.why}",
            {
                "path": self.path,
                "before": None if before is None else before.as_dict(),
                "after": self.after.as_dict(),
                **self.because,
            },
            f"To keep it as it was, give recipe.fine.steer: {{{SWITCHES[self.kind]}: false}}.",
            self.source,
        )
