"""How often published detectors are right on the catalogue's trainings, beside our own diagnosis on the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from benchmarks.diagnosis.rivals import autotrainer, deepchecker, sagemaker
from benchmarks.diagnosis.rivals.families import FAMILIES, families_of
from benchmarks.diagnosis.rivals.record import Record
from benchmarks.diagnosis.rivals.rule import Rule
from benchmarks.diagnosis.told import Told

RULES = (*sagemaker.RULES, *autotrainer.RULES, *deepchecker.RULES)
DETECTORS = (sagemaker.NAME, autotrainer.NAME, deepchecker.NAME)
DEFAULT_INTERVAL = 500
"""Of savings by SageMaker Debugger."""


@dataclass(frozen=True)
class Shown:
    """One training, what we said of it, and which of the published rules fire."""

    told: Told
    record: Record

    @cached_property
    def fired(self) -> frozenset[str]:
        """Titles of rules."""
        return frozenset(rule.title for rule in RULES if rule.fires(self.record))

    @cached_property
    def fired_at_default_interval(self) -> frozenset[str]:
        """The same with the savings that SageMaker Debugger makes if it is told nothing."""
        saved = tuple(one for one in self.record.saved if one.step % DEFAULT_INTERVAL == 0)
        record = replace(self.record, saved=saved)
        return frozenset(rule.title for rule in sagemaker.RULES if rule.fires(record))

    def is_right(self, rule: Rule) -> bool:
        """Whether the rule is documented to detect what is wrong here."""
        return bool(rule.detects & families_of(self.told.case.kind.name))


@dataclass(frozen=True)
class Line:
    """What one detector did: counts of trainings, and of rules that fired."""

    title: str
    found: int
    named: int
    alarmed: int
    right: int
    fired: int


@dataclass(frozen=True)
class Comparison:
    """Trainings of the part that is scored, and sound ones of the other part."""

    faulty: Sequence[Shown]
    sound: Sequence[Shown]
    tuned_sound: Sequence[Shown]
    """Only to find rules that are silent on them."""

    def lines(self) -> Iterator[Line]:
        """Ours, each detector as documented, and each without the rules that fire on a sound training that rules may
        be tuned on."""
        yield self._ours()
        noisy = {title for one in self.tuned_sound for title in one.fired}
        for detector in DETECTORS:
            rules = [rule for rule in RULES if rule.detector == detector]
            yield self._line(detector, rules)
            if detector == sagemaker.NAME:
                yield self._line(f"{detector}, saved every {DEFAULT_INTERVAL}", rules, default_interval=True)
            quiet = [rule for rule in rules if rule.title not in noisy]
            yield self._line(f"{detector}, {len(quiet)} of {len(rules)} rules", quiet)

    def _ours(self) -> Line:
        codes = [(one.told, code) for one in (*self.faulty, *self.sound) for code in one.told.codes]
        return Line(
            "hpsearch",
            sum(bool(one.told.codes) for one in self.faulty),
            sum(one.told.found for one in self.faulty),
            sum(bool(one.told.codes) for one in self.sound),
            sum(code not in told.wrong for told, code in codes),
            len(codes),
        )

    def _line(self, title: str, rules: Sequence[Rule], *, default_interval: bool = False) -> Line:
        def fired(one: Shown) -> list[Rule]:
            titles = one.fired_at_default_interval if default_interval else one.fired
            return [rule for rule in rules if rule.title in titles]

        return Line(
            title,
            sum(bool(fired(one)) for one in self.faulty),
            sum(any(map(one.is_right, fired(one))) for one in self.faulty),
            sum(bool(fired(one)) for one in self.sound),
            sum(sum(map(one.is_right, fired(one))) for one in self.faulty),
            sum(len(fired(one)) for one in (*self.faulty, *self.sound)),
        )

    def report(self) -> Iterator[str]:
        """As Markdown."""
        faulty, sound = len(self.faulty), len(self.sound)
        yield f"{faulty} faulty trainings, {sound} sound ones; {len(self.tuned_sound)} sound ones of the tuned part"
        yield ""
        yield "| detector | says something | names the kind | precision | alarms on sound |"
        yield "|---|---|---|---|---|"
        for line in self.lines():
            cells = (
                _share(line.found, faulty),
                _share(line.named, faulty),
                _share(line.right, line.fired),
                _share(line.alarmed, sound),
            )
            yield f"| {line.title} | {' | '.join(cells)} |"
        yield ""
        yield "| rule | threshold | on faulty | of its kind | on sound | on tuned sound |"
        yield "|---|---|---|---|---|---|"
        for rule in RULES:
            having = [one for one in self.faulty if rule.title in one.fired]
            right = sum(one.is_right(rule) for one in having)
            alarms = [sum(rule.title in one.fired for one in group) for group in (self.sound, self.tuned_sound)]
            yield f"| {rule.title} | {rule.threshold} | {len(having)} | {right} | {alarms[0]} | {alarms[1]} |"
        unknown = sorted({one.told.case.kind.name for one in self.faulty} - set(FAMILIES))
        yield f"\nKinds that no published rule describes: {', '.join(unknown) or 'none'}"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})" if whole else f"{part} of 0"
