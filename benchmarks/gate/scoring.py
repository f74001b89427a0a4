"""How often a check is right: verdicts, causes, false alarms, seconds, and every miss by name."""

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.gate.looked import Looked
from hpsearch.finding import Severity


def lines(everything: Sequence[Looked]) -> Iterator[str]:
    """The report as Markdown."""
    sound = [one for one in everything if one.project.sound]
    faulty = [one for one in everything if not one.project.sound]
    told = sum(len(one.codes) for one in (*faulty, *sound))
    wrong = sum(len(one.wrong) for one in (*faulty, *sound))
    if faulty:
        yield f"- faults with the right verdict {_share(sum(one.judged for one in faulty), len(faulty))}"
        yield f"- faults whose cause is named {_share(sum(one.named for one in faulty), len(faulty))}"
        first = sum(one.first is not None and one.first.code in one.project.right for one in faulty)
        yield f"- … by what a reader meets first {_share(first, len(faulty))}"
        yield f"- codes that are true {_share(told - wrong, told)}"
    if sound:
        yield f"- sound projects that failed {_share(sum(one.failed for one in sound), len(sound))}"
        alarmed = [one for one in sound if one.alarms and not one.failed]
        yield f"- sound projects with a warning only {_share(len(alarmed), len(sound))}"
        yield f"- sound projects with advice on design {_share(sum(bool(one.design) for one in sound), len(sound))}"
    for title, chosen in (("faulty", faulty), ("sound", sound)):
        if chosen:
            seconds = sorted(one.seconds for one in chosen)
            middle, largest = statistics.median(seconds), seconds[-1]
            yield f"- processor seconds a check, {title}: {middle:.1f} (median), {largest:.1f} (most)"
    yield from _kinds(faulty)
    for title, listed in (
        ("Verdict wrong", [one for one in faulty if not one.judged]),
        ("Cause not named", [one for one in faulty if one.judged and not one.named]),
        ("Wrong beside", [one for one in faulty if one.wrong]),
        ("Alarms on sound projects", [one for one in sound if one.alarms or one.failed]),
    ):
        yield f"\n{title}:\n"
        for one in listed:
            yield f"- {one.project.name} ({one.verdict}): {_told(one, only_wrong=title == 'Wrong beside')}"
    yield "\nAdvice on design, sound projects: " + _counted(code.code for one in sound for code in one.design)


def _kinds(faulty: Sequence[Looked]) -> Iterator[str]:
    yield "\n| kind | judged | named | of |"
    yield "|---|---|---|---|"
    for name in dict.fromkeys(one.project.name.partition("/")[0] for one in faulty):
        members = [one for one in faulty if one.project.name.startswith(f"{name}/")]
        yield f"| {name} | {sum(m.judged for m in members)} | {sum(m.named for m in members)} | {len(members)} |"


def _told(one: Looked, *, only_wrong: bool) -> str:
    shown = [
        f"{said.code}{'!' if said.severity == Severity.ERROR else ''}"
        for said in one.alarms
        if not only_wrong or said.code in one.wrong
    ]
    return ", ".join(shown) or "nothing"


def _counted(codes: Iterator[str]) -> str:
    return ", ".join(f"{code} {count}" for code, count in Counter(codes).most_common()) or "none"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})" if whole else "0 of 0"
