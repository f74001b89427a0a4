"""What came of a study, in a few paragraphs: composed from the facts of its report by rules, without filler.

The first one is what a reader came for: why the study stopped and what to do, or what the search has reached. Then a
paragraph each for every change that findings have made and what it brought, for what remains and what to do next, and
for what was checked and where learning rates work. What is not known is left out.
"""

from collections.abc import Iterator, Sequence

from hpsearch.finding import Severity
from hpsearch.report.data_story import LABELS, data_errors, in_data, is_of_data, is_of_data_alone, is_sound_itself
from hpsearch.report.documents import FindingDocument, ReportDocument, RoundDocument, StageDocument, TrialDocument
from hpsearch.report.words import number_words, share_words, short_names, value_words
from hpsearch.stage import SEARCHES, StageName
from hpsearch.verdict import Outcome

MOST_ADVICE = 3
"""So many things to do next are told; the findings have the rest."""
BECAUSE = ", because of "
"""What the finding of a change has between what is changed and why."""
NOTHING = "round-brought-nothing"
TELLING = frozenset({"best-at-edge", NOTHING, "more-epochs-advised"})
"""Findings whose advice is worth following although nothing is wrong."""
NO_RATE = "no-learning-rate"
BY_HEART_ALONE = (
    "The network does learn a small sample by heart: what all samples have in common may take more steps, or another "
    "network."
)
NOTHING_IN_COMMON = (
    "The network does learn a small sample by heart, so that it is rather the samples that have nothing in common to "
    "be learned, as the check of the data found: "
)
MORE_STEPS = "If they are right, try more steps (recipe.lr_sweep.steps)."
"""The advice where labels are suspected; of the sweep's own nothing is left then."""
CHECKED = {
    StageName.INITIAL_LOSS: "guesses before training as theory says",
    StageName.OVERFIT: "learns a small sample by heart",
}
"""What the network does, where a check of it has passed."""


def story(report: ReportDocument, train_accuracy: float | None = None) -> tuple[str, ...]:
    """The paragraphs; none before anything was judged.

    ``train_accuracy``: of the best trial in its best epoch, while it was training; None if there is none.
    """
    stopped = any(stage.verdict is Outcome.FAIL for stage in report.stages)
    parts = (
        f"{_failures(report)} {_what_next(report)}".strip() if stopped else _failures(report),
        _search(report, train_accuracy),
        *(_changes(report, stage, number) for stage, number in _rounds(report)),
        _ended(report) if stopped else f"{_ended(report)} {_what_next(report)}".strip(),
        _checks(report),
    )
    return tuple(part for part in parts if part)


def change_findings(stage: StageDocument) -> tuple[FindingDocument, ...]:
    """The findings that say what the next round searches differently."""
    return tuple(finding for finding in stage.findings if {"before", "after", "path"} <= finding.evidence.keys())


def _checks(report: ReportDocument) -> str:
    passed = {stage.name: stage for stage in report.stages if stage.verdict is Outcome.PASS}
    sound = {stage.name for stage in report.stages if stage.verdict is Outcome.PASS or is_sound_itself(stage)}
    does = [words for name, words in CHECKED.items() if name in sound]
    told = [f"The network {' and '.join(does)}."] if does else []
    if StageName.LR_SWEEP in passed:
        measured = passed[StageName.LR_SWEEP].measured
        low, high = measured.get("low"), measured.get("high")
        if isinstance(low, float) and isinstance(high, float):
            work = f"from {_rate(low)} to {_rate(high)} work" if low < high else f"around {_rate(low)} work"
            told.append(f"Learning rates {work}.")
    return " ".join(told)


def _failures(report: ReportDocument) -> str:
    told = []
    for stage in report.stages:
        if stage.verdict is Outcome.FAIL:
            told.append(f"The study stopped at {_title(stage)}: {_sentence(_cause(stage))}")
            if _learns_by_heart_alone(report, stage):
                labels = _labels(report)
                told.append(f"{NOTHING_IN_COMMON}{_sentence(labels.message)}" if labels else BY_HEART_ALONE)
        elif stage.verdict is Outcome.OVERRIDDEN:
            if errors := data_errors(stage):
                messages = "; ".join(one.message for one in errors)
                told.append(f"The data are not sound and that was overridden: {_sentence(messages)}")
            if is_of_data_alone(stage):
                continue
            reason = stage.summary.replace(" (overridden by the definition)", "")
            told.append(f"{_capital(_title(stage))} failed and was overridden: {_sentence(reason)}")
    return " ".join(told)


def _cause(stage: StageDocument) -> str:
    """The summary up to the end of its first error: what stands behind that is what went well beside it."""
    errors = [finding.message for finding in stage.findings if finding.severity is Severity.ERROR]
    before, error, _ = stage.summary.partition(errors[0]) if errors and errors[0] else (stage.summary, "", "")
    return f"{before}{error}"


def _learns_by_heart_alone(report: ReportDocument, stage: StageDocument) -> bool:
    """Whether the network has learned a small sample, and nothing is learned from all samples at any rate."""
    passed = {one.name for one in report.stages if one.verdict is Outcome.PASS}
    return StageName.OVERFIT in passed and any(one.code == NO_RATE for one in stage.findings)


def _labels(report: ReportDocument) -> FindingDocument | None:
    """What the check of the data has found in the labels."""
    return next((one for one in in_data(report) if one.code == LABELS), None)


def _search(report: ReportDocument, train_accuracy: float | None) -> str:
    tried = [
        f"{stage.done} {'trial' if stage.done == 1 else 'trials'} of {_title(stage)}"
        + (f" in {len(stage.rounds)} rounds" if len(stage.rounds) > 1 else "")
        for stage in report.stages
        if stage.name in SEARCHES and stage.done
    ]
    best = report.best
    if not tried or best is None:
        return ""
    accuracy = best.val_accuracy is not None
    reached = share_words(best.val_accuracy) if accuracy else f"a loss of {value_words(best.val_loss)}"
    if accuracy and train_accuracy is not None:
        reached = f"{share_words(train_accuracy)} while training, {reached}"
    tested = _tested(report)
    point = ", ".join(f"{_short(path)} {value_words(value)}" for path, value in best.parameters.items())
    among = " and ".join(tried)
    with_point = f", with {point}" if point else ""
    unread = f" The test split was not read: {_sentence(best.test_reason)}" if best.test_reason else ""
    epoch = f", epoch {best.epoch}" if best.epoch is not None else ""
    which = f"the best (trial {best.trial} of {best.stage}{epoch})"
    return f"Of {among} {which} reaches {reached} in validation{tested}{with_point}.{unread}"


def _tested(report: ReportDocument) -> str:
    best = report.best
    if best is None or (best.test_accuracy is None and best.test_loss is None):
        return ""
    if best.test_accuracy is not None:
        return f" and {share_words(best.test_accuracy)} on the test split"
    return f" and {value_words(best.test_loss)} on the test split"


def _rounds(report: ReportDocument) -> Iterator[tuple[StageDocument, int]]:
    for stage in report.stages:
        if stage.name is StageName.FINE:
            yield from ((stage, entry.round) for entry in stage.rounds)


def _changes(report: ReportDocument, fine: StageDocument, number: int) -> str:
    """What was changed before a round of the fine search, and what the round brought."""
    begins = f"round {number + 1} of the fine search"
    before = [stage for stage in report.stages if stage.name in SEARCHES]
    changes = [one for stage in before for one in change_findings(stage) if one.message.startswith(begins)]
    if not changes:
        return ""
    why: dict[str, list[str]] = {}
    for one in changes:
        what, _, reason = one.message.partition(BECAUSE)
        why.setdefault(reason, []).append(what.removeprefix(begins).strip())
    told = [_sentence(f"{_capital(begins)} {' and '.join(what)}{BECAUSE}{reason}") for reason, what in why.items()]
    reached = _best_of(report, [trial for trial in fine.trials if trial.round == number])
    known = [trial for trial in fine.trials if trial.round < number]
    known = known or [trial for stage in before if stage.name is StageName.COARSE for trial in stage.trials]
    earlier = _best_of(report, known)
    if reached is not None and earlier is not None:
        told.append(f"Its best trial has {_score(report, reached)}; before that it was {_score(report, earlier)}.")
    return " ".join(told)


def _ended(report: ReportDocument) -> str:
    """Whether the last round still gained, and so whether more of the same search is worth it."""
    fine = next((stage for stage in report.stages if stage.name is StageName.FINE and stage.verdict), None)
    if fine is None or not fine.rounds:
        return ""
    last = fine.rounds[-1]
    nothing = next((one for one in _of_round(fine, last) if one.code == NOTHING), None)
    if nothing is not None:
        error, before = (value_words(nothing.evidence.get(key)) for key in ("standard_error", "before"))
        known = f"the {before} known before" if "before" in nothing.evidence else "what was known"
        return (
            f"The last round was no better than {known} by more than the noise of {error}, so that more of the same "
            "search will hardly help."
        )
    reached = _best_of(report, [trial for trial in fine.trials if trial.round == last.round])
    earlier = _best_of(report, [trial for trial in fine.trials if trial.round < last.round])
    if reached is None or earlier is None or reached == earlier:
        return ""
    if (reached > earlier) is not (report.study.metric != "val_loss"):
        return ""
    return (
        f"The last round still gained, from {_score(report, earlier)} to {_score(report, reached)}: "
        f"recipe.fine.rounds: {len(fine.rounds) + 1} may gain more."
    )


def _what_next(report: ReportDocument) -> str:
    """What remains after the last round, and what to do about it."""
    judged = [(stage, stage.rounds[-1]) for stage in report.stages if stage.verdict is not None and stage.rounds][-1:]
    if report.test is not None and report.test.rounds:
        judged.append((report.test, report.test.rounds[-1]))
    overridden = [stage for stage in report.stages if stage.verdict is Outcome.OVERRIDDEN]
    told_above = [one for stage in overridden for one in data_errors(stage)]
    found = [one for one in in_data(report) if one not in told_above]
    found += [one for stage, last in judged for one in _of_round(stage, last) if not is_of_data(one)]
    found.sort(key=lambda one: one.severity is not Severity.ERROR)
    remains = [one for one in found if one.severity is not Severity.INFO]
    failed = any(stage.verdict is Outcome.FAIL for stage in report.stages)  # that was told, with its reason
    told = [] if failed else [_sentence(_capital(one.message)) for one in remains]
    told = [f"What remains: {' '.join(told)}"] if told else []
    useful = [one for stage in overridden for one in stage.findings if one.severity is Severity.ERROR]
    useful += [one for one in found if one in remains or one.code in TELLING]
    advice = list(dict.fromkeys(_sentence(one.advice) for one in useful if one.advice))[:MOST_ADVICE]
    if any(_learns_by_heart_alone(report, stage) for stage in report.stages if stage.verdict is Outcome.FAIL):
        labels = _labels(report)
        advice = [_sentence(labels.advice), MORE_STEPS] if labels else advice
    return " ".join([*told, *([f"Next: {' '.join(advice)}"] if advice else [])])


def _of_round(stage: StageDocument, entry: RoundDocument) -> list[FindingDocument]:
    """The findings of one round: of several with one code the latest."""
    latest = {finding.code: finding for finding in stage.findings}
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    return sorted((latest[code] for code in entry.findings), key=lambda finding: order.index(finding.severity))


def _best_of(report: ReportDocument, trials: Sequence[TrialDocument]) -> float | None:
    values = [trial.value for trial in trials if trial.value is not None]
    if not values:
        return None
    return min(values) if report.study.metric == "val_loss" else max(values)


def _score(report: ReportDocument, value: float) -> str:
    return share_words(value) if report.study.metric == "val_accuracy" else f"a loss of {number_words(value)}"


def _title(stage: StageDocument) -> str:
    names = {StageName.COARSE: "the coarse search", StageName.FINE: "the fine search"}
    checks = {StageName.INITIAL_LOSS: "the initial loss", StageName.LR_SWEEP: "the sweep of learning rates"}
    return {**names, **checks, StageName.OVERFIT: "the small sample", StageName.TEST: "the test"}[stage.name]


def _short(path: str) -> str:
    return short_names([path])[path].replace("_", " ")


def _rate(rate: float) -> str:
    return f"{rate:.2g}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
