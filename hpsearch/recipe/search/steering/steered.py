"""From what a search has found to what its next round changes: the table of changes, and how they are applied.

Pure: the same definition and the same trials give the same changes, also after an interruption. What may be changed and
what may not: docs/steering.md and docs/decisions/0114-what-findings-may-change.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hpsearch.finding import Finding
from hpsearch.recipe.search.findings import AT_EDGE
from hpsearch.recipe.search.situation import Situation
from hpsearch.recipe.search.steering.change import SWITCHES, Change, Kind
from hpsearch.recipe.search.steering.fit import (
    epochs_raised,
    regularisation_lowered,
    regularisation_raised,
    width_raised,
)
from hpsearch.recipe.search.steering.rates import decay_added, range_widened, rates_cut
from hpsearch.space import Space

RULES: MappingProxyType[Kind, Callable[[Situation], Iterator[Change]]] = MappingProxyType(
    {
        Kind.DECAY_ADDED: decay_added,
        Kind.REGULARISATION_RAISED: regularisation_raised,
        Kind.REGULARISATION_LOWERED: regularisation_lowered,
        Kind.EPOCHS_RAISED: epochs_raised,
        Kind.WIDTH_RAISED: width_raised,
        Kind.RATES_CUT: rates_cut,
        Kind.RANGE_WIDENED: range_widened,
    }
)
"""In the order in which they are applied: a path that one has changed is left alone by the later ones, but that rates
which are cut at their high end may be widened at their low one."""


@dataclass(frozen=True)
class Steered:
    """What the next round searches, and why it is not what it would be."""

    space: Space
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    """One for each change, in the same order."""

    @property
    def opens(self) -> bool:
        """Whether the next round can try something new."""
        return any(change.opens for change in self.changes)

    @property
    def codes(self) -> frozenset[str]:
        """Of the findings that have led to a change."""
        return frozenset(str(change.because["finding"]) for change in self.changes if "finding" in change.because)

    def without_repetition(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Some findings of the round without those on ends of ranges that are widened now."""
        widened = {change.path for change in self.changes if change.kind is Kind.RANGE_WIDENED}
        return tuple(one for one in findings if one.code != AT_EDGE or one.evidence["path"] not in widened)

    @property
    def words(self) -> str:
        """Which paths were changed; empty for none."""
        paths = ", ".join(dict.fromkeys(change.path for change in self.changes))
        return f"; changed because of what was found: {paths}" if paths else ""


def steered(now: Situation) -> Steered:
    """The next round's space with every change that the definition does not switch off."""
    switches, space = now.study.recipe.fine.steer, dict(now.space)
    changes, findings = list[Change](), list[Finding]()
    for kind, rule in RULES.items():
        if not getattr(switches, SWITCHES[kind]):
            continue
        for change in rule(now.with_space(space)):
            before = space.get(change.path)
            taken = any(change.path == other.path for other in changes if other.kind is not Kind.RATES_CUT)
            if not taken and change.after != before:
                changes.append(change)
                findings.append(change.finding(before))
                space[change.path] = change.after
    return Steered({path: space[path] for path in sorted(space)}, tuple(changes), tuple(findings))
