"""How often what is told is right: recall, precision, false alarms, and every miss by name."""

import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmarks.diagnosis.told import Told

SOUND_ACCURACY = 0.9
"""In validation: a training that was meant to be sound and does not reach it is no witness for or against a rule."""
SOUND_SHARE = 0.1
"""The same of a regression: its loss as a share of that of guessing."""
NO_WORSE = 0.01
"""A fault that costs no more validation accuracy than this, against the median of the sound trainings, has done no
harm."""


@dataclass(frozen=True)
class Scored:
    """Cases, sorted by what they are evidence of."""

    everything: Sequence[Told]

    @cached_property
    def sound(self) -> list[Told]:
        """Meant to be sound, and sound."""
        return [one for one in self.everything if one.case.sound and _is_sound(one)]

    @cached_property
    def unsound(self) -> list[Told]:
        """Meant to be sound, and not good enough for it."""
        return [one for one in self.everything if one.case.sound and not _is_sound(one)]

    @cached_property
    def harmless(self) -> list[Told]:
        """Faults that did no harm: as good as a sound training, and nothing of a lasting kind."""
        return [one for one in self.everything if not one.case.sound and self._without_harm(one)]

    @cached_property
    def faulty(self) -> list[Told]:
        """All other faults: those that count."""
        return [one for one in self.everything if not one.case.sound and not self._without_harm(one)]

    @cached_property
    def missed(self) -> list[Told]:
        """Faults of which no code says what is wrong."""
        return [one for one in self.faulty if not one.found]

    @cached_property
    def alarmed(self) -> list[Told]:
        """Sound trainings with a warning."""
        return [one for one in self.sound if one.codes]

    @property
    def precision(self) -> tuple[int, int]:
        """How many codes that were told are true, and how many were told."""
        counted = [*self.faulty, *self.sound]
        told = sum(len(one.codes) for one in counted)
        return told - sum(len(one.wrong) for one in counted), told

    @cached_property
    def _references(self) -> dict[tuple[str, str], float]:
        """Median validation accuracy of the sound trainings, by architecture and data; for an architecture that has
        none, by data."""
        found: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        for one in self.sound:
            value = one.trial.result.value
            if value is not None and not one.case.kind.data:
                found[one.case.architecture, one.case.data].append(value)
                found["", one.case.data].append(value)
        return {key: statistics.median(values) for key, values in found.items()}

    def _without_harm(self, one: Told) -> bool:
        case, value = one.case, one.trial.result.value
        references = self._references
        reference = references.get((case.architecture, case.data), references.get(("", case.data)))
        if case.kind.lasting or value is None or reference is None:
            return False
        return value >= reference - NO_WORSE


def _is_sound(one: Told) -> bool:
    result = one.trial.result
    if result.value is None:
        return False
    if result.epochs[-1].val_accuracy is None:
        return result.value < SOUND_SHARE  # targets have variance 1
    return result.value >= SOUND_ACCURACY


def lines(scored: Scored) -> Iterator[str]:
    """The report as Markdown."""
    faulty, sound = scored.faulty, scored.sound
    yield from _rates(scored)
    tried = [one for one in (*faulty, *sound) if one.of_network]
    yield f"- of {len(tried)} the forward pass was found to be wrong before training; without that:"
    yield from (f"  {line}" for line in _rates(Scored([one.untried for one in scored.everything])))
    bad = sum(map(bool, (one.codes for one in scored.unsound)))
    yield f"- not counted: {len(scored.unsound)} meant to be sound and not ({bad} with a warning)"
    seen = sum(one.found for one in scored.harmless)
    yield f"- not counted: {len(scored.harmless)} faults that did no harm ({seen} found)"
    yield ""
    yield "| code | right | also true | wrong | on sound | precision |"
    yield "|---|---|---|---|---|---|"
    for code in sorted({code for one in (*faulty, *sound) for code in one.codes}):
        having = [one for one in (*faulty, *sound) if code in one.codes]
        true = sum(code in one.case.kind.right for one in having)
        also = sum(code in one.case.kind.also - one.case.kind.right for one in having)
        alarms = sum(one.case.sound for one in having)
        wrong = len(having) - true - also - alarms
        yield f"| {code} | {true} | {also} | {wrong} | {alarms} | {(true + also) / len(having):.2f} |"
    yield ""
    yield "| kind | found | of |"
    yield "|---|---|---|"
    for name in dict.fromkeys(one.case.kind.name for one in faulty):
        members = [one for one in faulty if one.case.kind.name == name]
        yield f"| {name} | {sum(one.found for one in members)} | {len(members)} |"
    for title, listed in (
        ("Missed", scored.missed),
        ("False alarms", scored.alarmed),
        ("Wrong beside or instead", [one for one in faulty if one.wrong]),
        ("Meant to be sound, and not", scored.unsound),
        ("Did no harm", scored.harmless),
    ):
        yield f"\n{title}:\n"
        for one in listed:
            codes = one.wrong if title.startswith("Wrong") else one.codes
            yield f"- {one.case.name}: {', '.join(sorted(codes)) or 'nothing'}"


def _rates(scored: Scored) -> Iterator[str]:
    faulty, (right, said) = scored.faulty, scored.precision
    yield f"- recall {_share(len(faulty) - len(scored.missed), len(faulty))}"
    yield f"- precision {_share(right, said)} of the codes told"
    yield f"- false alarms on {_share(len(scored.alarmed), len(scored.sound))} sound trainings"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})" if whole else f"{part} of 0"
