"""Which findings of a round may change the next one (docs/decisions/0131-which-findings-are-followed.md)."""

from collections.abc import Mapping

from hpsearch.finding import Finding
from hpsearch.recipe.search.curves import SURE
from hpsearch.recipe.search.situation import Situation

FEWEST_AGREEING = 3
"""Trials. One training that looks like something is told with that training, and changes no search (heuristic)."""


def followed(now: Situation) -> Mapping[str, Finding]:
    """Those of the round's findings that are sure enough to be followed, by code.

    Of a rule that is sure, what more than half of the best trials have; of any other, what all of them have, three at
    least. All the others are still reasons *not* to change something.
    """
    return {code: finding for code, finding in now.found.items() if code in SURE or _agreed(finding)}


def _agreed(finding: Finding) -> bool:
    share, trials = finding.evidence.get("share"), finding.evidence.get("looked_at")
    return share == 1 and isinstance(trials, int) and trials >= FEWEST_AGREEING
