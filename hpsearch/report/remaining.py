"""What remains after a study, and what to do next: the part of its story that its findings make."""

from collections.abc import Iterator
from itertools import groupby

from hpsearch.finding import SEVEREST_FIRST, Severity
from hpsearch.report.data_story import (
    LABELS,
    data_errors,
    in_data,
    is_of_data,
    is_of_definition,
    is_of_network,
    rates_known,
    unwise,
)
from hpsearch.report.documents import FindingDocument, ReportDocument, RoundDocument, StageDocument
from hpsearch.report.sentences import capital, sentence, stage_title
from hpsearch.rule import OF_CURVES
from hpsearch.stage import SEARCHES, StageName
from hpsearch.verdict import Outcome

MOST_ADVICE = 3
"""So many things to do next are told; the findings have the rest."""
NOTHING = "round-brought-nothing"
OPTIMISTIC = "validation-optimistic"
"""Told with the scores of both splits; what to do about it remains."""
TELLING = frozenset({"best-at-edge", NOTHING, "more-epochs-advised"})
"""Findings whose advice is worth following although nothing is wrong."""
EXTREME = "HC209"
"""A setting is extreme, and the best trial shows what it does: what was known of it before is not told once more."""
SETTINGS = ("HP5", "HP6")
"""Beginnings of the codes of the advice on single settings."""
GUESSES = "nothing-generalises"
NO_RATE = "no-learning-rate"
MORE_STEPS = "If they are right, try more steps (recipe.lr_sweep.steps)."
"""The advice where labels are suspected; of the sweep's own nothing is left then …"""
MORE_EPOCHS = "If they are right, try more epochs (recipe.coarse.epochs)."
"""… nor of a search's."""
UNLEARNED = "HC201"
"""Curves show that nothing is learned."""
LEARNED_FROM = ("HD1", "HD301", "HD4")
"""Beginnings of the codes of checks on pixels and labels: the others are on how samples are divided and counted."""


def what_next(report: ReportDocument) -> str:
    """What remains after the last round, what was seen before it, and what to do about both."""
    of_rounds = [one for stage, last in _last_rounds(report) for one in of_round(stage, last)]
    found = _found(report, of_rounds)
    before = list(_seen_before(report, {one.code for one in of_rounds}))
    failed = any(stage.verdict is Outcome.FAIL for stage in report.stages)  # that was told, with its reason
    told = [] if failed else list(_remaining_words(found, before))
    advice = _advice(report, found, [one for _, one in before])
    return " ".join([*told, *([f"Next: {' '.join(advice)}"] if advice else [])])


def _last_rounds(report: ReportDocument) -> list[tuple[StageDocument, RoundDocument]]:
    """Of the last stage that was judged, and of the reading of the test split."""
    judged = [(stage, stage.rounds[-1]) for stage in report.stages if stage.verdict is not None and stage.rounds][-1:]
    if report.test is not None and report.test.rounds:
        judged.append((report.test, report.test.rounds[-1]))
    return judged


def _found(report: ReportDocument, of_rounds: list[FindingDocument]) -> list[FindingDocument]:
    """In the data but for what was told as overridden, in the forward pass, in the rest of the definition where the
    training is tried, in rounds."""
    told_above = [one for stage in _overridden(report) for one in data_errors(stage)]
    found = [one for one in in_data(report) if one not in told_above]
    shown = any(one.code == EXTREME for one in of_rounds)
    tried = any(is_about_training(stage) for stage, _ in _last_rounds(report))
    found += [
        one for one in unwise(report) if is_of_network(one) or (tried and not (shown and one.code.startswith(SETTINGS)))
    ]
    return found + [one for one in of_rounds if not (is_of_data(one) or is_of_definition(one))]


def _overridden(report: ReportDocument) -> list[StageDocument]:
    return [stage for stage in report.stages if stage.verdict is Outcome.OVERRIDDEN]


def _remaining_words(
    found: list[FindingDocument], before: list[tuple[StageDocument, FindingDocument]]
) -> Iterator[str]:
    remains = [one for one in found if one.severity is not Severity.INFO and one.code != OPTIMISTIC]
    if remains:
        yield f"What remains: {' '.join(sentence(capital(one.message)) for one in _severest_first(remains))}"
    for stage, one in before:
        yield sentence(f"In {stage_title(stage)}: {one.message}")


def _advice(report: ReportDocument, found: list[FindingDocument], before: list[FindingDocument]) -> list[str]:
    """What to do next, the cause of a failure first."""
    labels = labels_doubted(report)
    failed = [stage for stage in report.stages if stage.verdict is Outcome.FAIL]
    alone = [stage for stage in failed if learns_by_heart_alone(report, stage)]
    unlearned = [stage for stage in failed if stage in alone or any(one.code == GUESSES for one in stage.findings)]
    useful = [one for stage in _overridden(report) for one in stage.findings if one.severity is Severity.ERROR]
    lasting = [one for one in found if one.severity is not Severity.INFO or one.code in TELLING]
    useful += _severest_first([*lasting, *before])
    known = [one for stage in failed for one in known_before(report, stage) if stage in unlearned or is_of_network(one)]
    if labels is not None and failed:
        guessed = [*(one.advice for one in known), MORE_STEPS if alone else MORE_EPOCHS] if unlearned else []
        first = [labels.advice, *guessed]
    else:
        first = [one.advice for one in known]
    rest = [] if _is_explained(known, labels if unlearned else None) else _without_guesses(useful)
    advice = dict.fromkeys(sentence(one) for one in (*first, *rest) if one)
    return list(advice)[:MOST_ADVICE]


def _without_guesses(useful: list[FindingDocument]) -> list[str]:
    """The advice, but for that on curves which show the same as a search that only guesses."""
    guessed = any(one.code == GUESSES for one in useful)
    return [one.advice for one in useful if not (guessed and one.code == UNLEARNED)]


def _is_explained(known: list[FindingDocument], labels: FindingDocument | None) -> bool:
    """Whether there is a cause of a failure beside which the advice on what was measured would mislead."""
    return labels is not None or any(is_of_network(one) for one in known)


def learns_by_heart_alone(report: ReportDocument, stage: StageDocument) -> bool:
    """Whether the network has learned a small sample, and nothing is learned from all samples at any rate; where that
    was overridden, a later stage has failed for the same reason."""
    passed = {one.name for one in report.stages if one.verdict is Outcome.PASS}
    guesses = any(one.code == GUESSES for one in stage.findings)
    tried = (stage, *(one for one in report.stages if guesses and one.verdict is Outcome.OVERRIDDEN))
    return StageName.OVERFIT in passed and any(one.code == NO_RATE for judged in tried for one in judged.findings)


def known_before(report: ReportDocument, stage: StageDocument) -> tuple[FindingDocument, ...]:
    """Warnings from before that may be why a stage has failed: of what the network does, of what it learns from, and,
    where that is tried, of how."""
    of_data = (one for one in in_data(report) if one.code.startswith(LEARNED_FROM))
    warnings = tuple(one for one in of_data if one.severity is Severity.WARNING)
    known = unwise(report)
    of_network = tuple(one for one in known if is_of_network(one))
    settings = tuple(one for one in known if one not in of_network) if is_about_training(stage) else ()
    rates = rates_known(report) if stage.name in SEARCHES else ()
    return (*of_network, *warnings, *rates, *settings)


def is_about_training(stage: StageDocument) -> bool:
    """Whether a stage tries what the definition says of the training, so that this may be why it has failed."""
    return stage.name not in (StageName.INITIAL_LOSS, StageName.OVERFIT)


def labels_doubted(report: ReportDocument) -> FindingDocument | None:
    """What the check of the data has found in the labels."""
    return next((one for one in in_data(report) if one.code == LABELS), None)


def of_round(stage: StageDocument, entry: RoundDocument) -> list[FindingDocument]:
    """The findings of one round: of several with one code the latest, and those right before it on other paths."""
    latest: dict[str, list[FindingDocument]] = {}
    for code, together in groupby(stage.findings, key=lambda one: one.code):
        kept: list[FindingDocument] = []
        for one in together:
            known = {other.evidence.get("path") for other in kept}
            kept = [one] if one.evidence.get("path") in known else [*kept, one]
        latest[code] = kept
    return _severest_first([one for code in entry.findings for one in latest[code]])


def _seen_before(report: ReportDocument, last: set[str]) -> Iterator[tuple[StageDocument, FindingDocument]]:
    """What the curves of earlier searches have shown that is not seen in the last round, and that changed nothing:
    what a search was chosen by has its part in what came of it."""
    searches = [stage for stage in report.stages if stage.name in SEARCHES]
    answered = {one.evidence.get("finding") for stage in searches for one in stage.findings}
    for stage in searches:
        for one in stage.findings:
            is_new = one.code.startswith(OF_CURVES) and one.code not in last | answered
            if is_new and one.severity is not Severity.INFO:
                last = last | {one.code}
                yield stage, one


def _severest_first(found: list[FindingDocument]) -> list[FindingDocument]:
    return sorted(found, key=lambda one: SEVEREST_FIRST.index(one.severity))
