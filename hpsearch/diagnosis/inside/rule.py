"""What a rule on looks inside a network is."""

from dataclasses import dataclass

from hpsearch.diagnosis.inside.seen import Inside
from hpsearch.rulebook import Rule


@dataclass(frozen=True)
class InsideRule(Rule[Inside]):
    """One rule on what was seen inside a network while it trained; its code is HC3 and two digits."""

    explains: frozenset[str] = frozenset()
    """Codes, of curves too, that are left out where this rule found the reason of what they would report."""
    explained_by: frozenset[str] = frozenset()
    """Codes that, where they are found, say why this one would be: then it is left out."""
