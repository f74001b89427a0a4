"""What a rule on a curve is."""

from dataclasses import dataclass

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.rulebook import Rule


@dataclass(frozen=True)
class CurveRule(Rule[Curve]):
    """One rule on the curves of a trial; its code is HC and three digits."""

    explained_by: frozenset[str] = frozenset()
    """Codes that, where they are found, say why this one would be: then it is left out."""
