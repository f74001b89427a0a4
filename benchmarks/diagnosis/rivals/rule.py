"""What a published rule is here."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.diagnosis.rivals.record import Record


@dataclass(frozen=True)
class Rule:
    """One documented condition, with the threshold that its authors give."""

    detector: str
    name: str
    threshold: str
    """As documented."""
    detects: frozenset[str]
    """Families of faults, see ``families``, that it is documented to detect."""
    fires: Callable[[Record], bool]

    @property
    def title(self) -> str:
        """Unique among all rules."""
        return f"{self.detector}: {self.name}"


def families(text: str) -> frozenset[str]:
    """Some families, written with spaces between them."""
    return frozenset(text.split())
