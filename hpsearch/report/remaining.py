"""What remains after a study, and what to do next: the part of its story that its findings make."""

from collections.abc import Iterator

from hpsearch.finding import Severity
from hpsearch.report.data_story import LABELS, data_errors, in_data, is_of_data, is_of_definition, unwise
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
"""The advice where labels are suspected; of the sweep's own nothing is left then."""
LEARNED_FROM = ("HD1", "HD301", "HD4")
"""Beginnings of the codes of checks on pixels and labels: the others are on how samples are divided and counted."""
GRAVEST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def what_next(report: ReportDocument) -> str:
    """What remains after the last round, what was seen before it, and what to do about both."""
    judged = [(stage, stage.rounds[-1]) for stage in report.stages if stage.verdict is not None and stage.rounds][-1:]
    if report.test is not None and report.test.rounds:
        judged.append((report.test, report.test.rounds[-1]))
    overridden = [stage for stage in report.stages if stage.verdict is Outcome.OVERRIDDEN]
    told_above = [one for stage in overridden for one in data_errors(stage)]
    found = [one for one in in_data(report) if one not in told_above]
    of_rounds = [one for stage, last in judged for one in of_round(stage, last)]
    shown = any(one.code == EXTREME for one in of_rounds)
    if any(is_about_training(stage) for stage, _ in judged):
        found += [one for one in unwise(report) if not (shown and one.code.startswith(SETTINGS))]
    found += [one for one in of_rounds if not (is_of_data(one) or is_of_definition(one))]
    remains = [one for one in found if one.severity is not Severity.INFO]
    before = list(_seen_before(report, {one.code for one in of_rounds}))
    failed = any(stage.verdict is Outcome.FAIL for stage in report.stages)  # that was told, with its reason
    told = (
        [] if failed else [sentence(capital(one.message)) for one in _gravest_first(remains) if one.code != OPTIMISTIC]
    )
    told = [f"What remains: {' '.join(told)}"] if told else []
    told += [] if failed else [sentence(f"In {stage_title(stage)}: {one.message}") for stage, one in before]
    useful = [one for stage in overridden for one in stage.findings if one.severity is Severity.ERROR]
    lasting = [one for one in found if one in remains or one.code in TELLING]
    useful += _gravest_first([*lasting, *(one for _, one in before)])
    advice = list(dict.fromkeys(sentence(one.advice) for one in useful if one.advice))[:MOST_ADVICE]
    alone = [stage for stage in report.stages if stage.verdict is Outcome.FAIL and learns_by_heart_alone(report, stage)]
    if alone:
        labels = labels_doubted(report)
        known = [sentence(one.advice) for stage in alone for one in known_before(report, stage) if one.advice]
        first = [sentence(labels.advice), *known, MORE_STEPS] if labels else [*known, *advice]
        advice = list(dict.fromkeys(first))[:MOST_ADVICE]
    elif failed and (labels := labels_doubted(report)):
        advice = list(dict.fromkeys([sentence(labels.advice), *advice]))[:MOST_ADVICE]
    return " ".join([*told, *([f"Next: {' '.join(advice)}"] if advice else [])])


def learns_by_heart_alone(report: ReportDocument, stage: StageDocument) -> bool:
    """Whether the network has learned a small sample, and nothing is learned from all samples at any rate; where that
    was overridden, a later stage has failed for the same reason."""
    passed = {one.name for one in report.stages if one.verdict is Outcome.PASS}
    guesses = any(one.code == GUESSES for one in stage.findings)
    tried = (stage, *(one for one in report.stages if guesses and one.verdict is Outcome.OVERRIDDEN))
    return StageName.OVERFIT in passed and any(one.code == NO_RATE for judged in tried for one in judged.findings)


def known_before(report: ReportDocument, stage: StageDocument) -> tuple[FindingDocument, ...]:
    """Warnings from before the first stage that may be why a stage has failed: of what it learns from, and, where that
    is tried, of how."""
    of_data = (one for one in in_data(report) if one.code.startswith(LEARNED_FROM))
    warnings = tuple(one for one in of_data if one.severity is Severity.WARNING)
    return (*warnings, *(unwise(report) if is_about_training(stage) else ()))


def is_about_training(stage: StageDocument) -> bool:
    """Whether a stage tries what the definition says of the training, so that this may be why it has failed."""
    return stage.name not in (StageName.INITIAL_LOSS, StageName.OVERFIT)


def labels_doubted(report: ReportDocument) -> FindingDocument | None:
    """What the check of the data has found in the labels."""
    return next((one for one in in_data(report) if one.code == LABELS), None)


def of_round(stage: StageDocument, entry: RoundDocument) -> list[FindingDocument]:
    """The findings of one round: of several with one code the latest."""
    latest = {finding.code: finding for finding in stage.findings}
    return _gravest_first([latest[code] for code in entry.findings])


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


def _gravest_first(found: list[FindingDocument]) -> list[FindingDocument]:
    return sorted(found, key=lambda one: GRAVEST_FIRST.index(one.severity))
