"""What was told of sound and of spoilt data, counted by rule and by fault."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.data.faults import REFUSED
from hpsearch.finding import Finding, Severity

TRUE = {
    "HD203": "fewer than 20 samples of a class are few",
    "HD204": "classes are that uneven",
    "HD208": "so few held-out samples decide nothing",
    "HD103": "the channel is constant",
}
"""Codes that count something: where they speak of a sound set, what they say is so, and its owner wants to know it."""
NOTES = frozenset({"HD205"})
"""Codes of information that tell a fault."""


@dataclass(frozen=True)
class Told:
    """One data set and what was found in it."""

    name: str
    fault: str
    right: frozenset[str]
    findings: tuple[Finding, ...]
    refused: str = ""

    @property
    def codes(self) -> frozenset[str]:
        """Of warnings and errors."""
        return frozenset(one.code for one in self.findings if one.severity is not Severity.INFO or one.code in NOTES)

    @property
    def found(self) -> bool:
        """Whether the fault was told."""
        return bool(self.right & (self.codes | ({REFUSED} if self.refused else set())))

    @property
    def wrong(self) -> frozenset[str]:
        """Codes that are not true of sound data, nor of the fault."""
        return self.codes - self.right - set(TRUE) - NOTES

    def __str__(self) -> str:
        lines = [f"## {self.name} {self.fault}{' FOUND' if self.found else ''} {' '.join(sorted(self.wrong))}"]
        lines += [f"   {one.code} {one.severity.value}: {one.message}" for one in self.findings]
        return "\n".join([*lines, *([f"   refused: {self.refused.splitlines()[0]}"] if self.refused else [])])


def of_sound(told: Sequence[Told]) -> str:
    """A table by rule: in how many sets it warned, and in which of them that is not so."""
    sets: defaultdict[str, list[str]] = defaultdict(list)
    for one in told:
        for code in one.codes - NOTES:
            sets[code].append(one.name)
    lines = ["| code | told of | false |", "|---|---:|---|"]
    lines += [
        f"| {code} | {len(names)} | {'none: ' + TRUE[code] if code in TRUE else ', '.join(names)} |"
        for code, names in sorted(sets.items())
    ]
    alarmed = sum(bool(one.wrong) for one in told)
    return "\n".join([*lines, f"{alarmed} of {len(told)} sound data sets have a false finding"])


def of_faults(told: Sequence[Told]) -> str:
    """A table by fault: of how many sets it was found, and what else was said."""
    sets: defaultdict[str, list[Told]] = defaultdict(list)
    for one in told:
        sets[one.fault].append(one)
    lines = ["| fault | found | of | missed | other codes |", "|---|---:|---:|---|---|"]
    for fault, those in sets.items():
        missed = ", ".join(one.name for one in those if not one.found)
        other = Counter(code for one in those for code in one.wrong)
        words = ", ".join(f"{code} {count}" for code, count in sorted(other.items()))
        lines.append(f"| {fault} | {sum(one.found for one in those)} | {len(those)} | {missed} | {words} |")
    return "\n".join([*lines, f"{sum(one.found for one in told)} of {len(told)} faults were found"])
