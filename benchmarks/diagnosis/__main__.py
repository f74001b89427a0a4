"""``python -m benchmarks.diagnosis [--keep FOLDER] [--part tuned]``: trains the catalogue and scores the rules."""

import argparse
import platform
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import torch

from benchmarks.diagnosis.catalogue import Case, cases
from benchmarks.diagnosis.trainings import trained
from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.diagnosis.table import CURVE_RULES
from hpsearch.finding import Finding, Severity
from hpsearch.study import StudyDefinition

STUDY = StudyDefinition.model_validate({"data": {"dataset": "digits"}, "network": "convnet"})

SOUND_ACCURACY = 0.9
"""In validation: a training that was meant to be sound and does not reach it is no witness for or against a rule."""


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as own:
        folder = Path(arguments.keep or own)
        folder.mkdir(parents=True, exist_ok=True)
        chosen = [case for case in cases() if case.held_out == (arguments.part == "held-out")]
        if arguments.only:
            chosen = [case for case in chosen if arguments.only in case.name]
        found: dict[Case, tuple[Finding, ...]] = {}
        unsound: dict[Case, tuple[Finding, ...]] = {}
        seconds, looking = 0.0, 0.0
        for case in chosen:
            trial, dataset = trained(case, folder)
            started = time.process_time()
            findings = diagnose(trial, STUDY, dataset.task)
            looking += time.process_time() - started
            seconds += trial.result.duration_s
            if not case.kind.right and (trial.result.value or 0.0) < SOUND_ACCURACY:
                unsound[case] = findings
            else:
                found[case] = findings
            if arguments.verbose:
                _tell(case, findings, trial.result.epochs[-1] if trial.result.epochs else None)
    print(f"{platform.processor() or platform.machine()}, one thread, torch {torch.__version__}")
    print(
        f"{len(found)} trainings, {seconds:.0f} s of training, {1e3 * looking / max(1, len(found)):.1f} ms a diagnosis"
    )
    report(found, unsound)


def report(found: dict[Case, tuple[Finding, ...]], unsound: dict[Case, tuple[Finding, ...]]) -> None:
    """Recall of the kinds, precision of the rules, false alarms, and every miss by name.

    ``unsound``: trainings that were meant to be sound and are not; no false alarms, but counted.
    """
    codes, told = _codes(found), _codes(unsound)
    faulty = [case for case in codes if case.kind.right]
    sound = [case for case in codes if not case.kind.right]
    missed = [case for case in faulty if not codes[case] & case.kind.right]
    alarmed = [case for case in sound if codes[case]]
    wrong = [case for case in faulty if codes[case] - case.kind.right - case.kind.also]
    print(
        f"recall {len(faulty) - len(missed)}/{len(faulty)}; false alarms on sound trainings {len(alarmed)}/{len(sound)}"
    )
    if told:
        warned = sum(map(bool, told.values()))
        print(
            f"not among these {len(sound)}: {len(told)} meant to be sound and below {SOUND_ACCURACY:.0%} in validation,"
            f" of which {warned} with a warning"
        )
    print("\n| rule | right | also true | wrong | on sound | precision |\n|---|---|---|---|---|---|")
    for code, rule in CURVE_RULES.items():
        with_it = [case for case in codes if code in codes[case]]
        right = sum(code in case.kind.right for case in with_it)
        also = sum(code in case.kind.also for case in with_it)
        on_sound = sum(not case.kind.right for case in with_it)
        bad = len(with_it) - right - also
        precision = f"{(right + also) / len(with_it):.2f}" if with_it else "–"
        print(f"| {code} {rule.name} | {right} | {also} | {bad - on_sound} | {on_sound} | {precision} |")
    kinds: defaultdict[str, list[Case]] = defaultdict(list)
    for case in faulty:
        kinds[case.kind.name].append(case)
    print("\n| kind | found |\n|---|---|")
    for name, members in kinds.items():
        print(f"| {name} | {sum(case not in missed for case in members)}/{len(members)} |")
    for title, listed in (
        ("missed", missed),
        ("false alarms", alarmed),
        ("wrong beside or instead", wrong),
        ("meant to be sound, and not", list(told)),
    ):
        print(f"\n{title}:")
        for case in listed:
            print(f"  {case.name}: {', '.join(sorted({**codes, **told}[case])) or 'nothing'}")


def _codes(found: dict[Case, tuple[Finding, ...]]) -> dict[Case, set[str]]:
    return {
        case: {one.code for one in findings if one.severity is not Severity.INFO} for case, findings in found.items()
    }


def _tell(case: Case, findings: tuple[Finding, ...], last: object) -> None:
    print(f"{case.name}: {last}")
    for finding in findings:
        print(f"    {finding.code} {finding.severity}: {finding.message}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", help="folder that keeps the curves, so that rules can be tried again on them")
    parser.add_argument("--part", choices=("tuned", "held-out"), default="held-out")
    parser.add_argument("--only", help="cases whose name holds this")
    parser.add_argument("--verbose", action="store_true", help="every case with its findings")
    return parser.parse_args()


if __name__ == "__main__":
    main()
