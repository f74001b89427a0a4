"""Which of the catalogue's trainings the published detectors are shown."""

from collections import defaultdict
from collections.abc import Iterable

from benchmarks.diagnosis.catalogue import Case
from benchmarks.diagnosis.trainings import data_of


def is_shown(case: Case) -> bool:
    """Whether the detectors are shown a case: they know classification alone."""
    return data_of(case.data, case.kind.data).task.is_classification


def some(cases: Iterable[Case]) -> list[Case]:
    """One training of each kind of fault and of every second sound setting, of all architectures and data sets in
    turn."""
    members: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        members[case.kind.name].append(case)
    chosen = [of_kind[place % len(of_kind)] for place, of_kind in enumerate(members.values())]
    sound = [case for case in chosen if case.sound]
    return [case for case in chosen if not case.sound or case in sound[::2]]
