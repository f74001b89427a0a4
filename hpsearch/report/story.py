"""What came of a study, in a few paragraphs: composed from the facts of its report by rules, without filler.

The first one is what a reader came for: why the study stopped and what to do, or what the search has reached. Then a
paragraph each for what remains and what to do next, for every change that findings have made and what it brought, and
for what was checked and where learning rates work. What is not known is left out.
"""

from collections.abc import Iterator, Sequence

from hpsearch.finding import Severity
from hpsearch.report.data_story import data_errors, is_of_data_alone, is_sound_itself
from hpsearch.report.documents import FindingDocument, ReportDocument, StageDocument, TrialDocument
from hpsearch.report.remaining import (
    NOTHING,
    OPTIMISTIC,
    known_before,
    labels_doubted,
    learns_by_heart_alone,
    of_round,
    what_next,
)
from hpsearch.report.sentences import capital, sentence, stage_title
from hpsearch.report.words import share_words, short_names, value_words
from hpsearch.stage import SEARCHES, StageName
from hpsearch.study import score_words
from hpsearch.verdict import Outcome

BECAUSE = ", because of "
"""What the finding of a change has between what is changed and why."""
BY_HEART_ALONE = (
    "The network does learn a small sample by heart: what all samples have in common may take more steps, or another "
    "network."
)
NOTHING_IN_COMMON = (
    "The network does learn a small sample by heart, so that it is rather the samples that have nothing in common to "
    "be learned, as the check of the data found: "
)
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
        f"{_failures(report)} {what_next(report)}".strip() if stopped else _failures(report),
        _search(report, train_accuracy),
        _ended(report) if stopped else f"{_ended(report)} {what_next(report)}".strip(),
        *(_changes(report, stage, number) for stage, number in _rounds(report)),
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
    """Why the study stopped, and then what was overridden before that."""
    stopped = [part for stage in report.stages if stage.verdict is Outcome.FAIL for part in _failure(report, stage)]
    return " ".join([*stopped, *_overridden(report)])


def _failure(report: ReportDocument, stage: StageDocument) -> Iterator[str]:
    yield f"The study stopped at {stage_title(stage)}: {sentence(_cause(stage))}"
    alone = learns_by_heart_alone(report, stage)
    labels = labels_doubted(report) if alone else None
    known = [one.message for one in known_before(report, stage) if one != labels]
    if labels is not None:
        yield f"{NOTHING_IN_COMMON}{sentence(labels.message)}"
    elif alone and not known:
        yield BY_HEART_ALONE
    if known:
        yield f"Known before: {sentence('; '.join(known))}"


def _overridden(report: ReportDocument) -> Iterator[str]:
    for stage in report.stages:
        if stage.verdict is Outcome.OVERRIDDEN:
            if errors := data_errors(stage):
                messages = "; ".join(one.message for one in errors)
                yield f"The data are not sound and that was overridden: {sentence(messages)}"
            if is_of_data_alone(stage):
                continue
            reason = stage.summary.replace(" (overridden by the definition)", "")
            yield f"{capital(stage_title(stage))} failed and was overridden: {sentence(reason)}"


def _cause(stage: StageDocument) -> str:
    """The summary up to the end of its first error: what stands behind that is what went well beside it."""
    errors = [finding.message for finding in stage.findings if finding.severity is Severity.ERROR]
    before, error, _ = stage.summary.partition(errors[0]) if errors and errors[0] else (stage.summary, "", "")
    return f"{before}{error}"


def _search(report: ReportDocument, train_accuracy: float | None) -> str:
    tried = [
        f"{stage.done} {'trial' if stage.done == 1 else 'trials'} of {stage_title(stage)}"
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
    unread = f" The test split was not read: {sentence(best.test_reason)}" if best.test_reason else ""
    epoch = f", epoch {best.epoch}" if best.epoch is not None else ""
    which = f"the best (trial {best.trial} of {best.stage}{epoch})"
    return f"Of {among} {which} reaches {reached} in validation{tested}{with_point}.{unread}{_disagrees(report)}"


def _tested(report: ReportDocument) -> str:
    best = report.best
    if best is None or (best.test_accuracy is None and best.test_loss is None):
        return ""
    if best.test_accuracy is not None:
        return f" and {share_words(best.test_accuracy)} on the test split"
    return f" and {value_words(best.test_loss)} on the test split"


def _disagrees(report: ReportDocument) -> str:
    """How far the test split is from validation, where that is more than chance."""
    found = report.test.findings if report.test is not None else ()
    return "".join(f" {sentence(capital(one.message))}" for one in found if one.code == OPTIMISTIC)


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
    told = [sentence(f"{capital(begins)} {' and '.join(what)}{BECAUSE}{reason}") for reason, what in why.items()]
    reached = _best_of(report, [trial for trial in fine.trials if trial.round == number])
    known = [trial for trial in fine.trials if trial.round < number]
    known = known or [trial for stage in before if stage.name is StageName.COARSE for trial in stage.trials]
    earlier = _best_of(report, known)
    if reached is not None and earlier is not None:
        noun = "" if report.study.metric == "val_accuracy" else "a loss of "
        told.append(f"Its best trial has {noun}{_score(report, reached)}{_beside(report, reached, earlier)}.")
    return " ".join(told)


def _beside(report: ReportDocument, reached: float, earlier: float) -> str:
    """What was known before, beside what a round has reached."""
    better = reached < earlier if report.study.metric == "val_loss" else reached > earlier
    before = _score(report, earlier)
    return f"; before that it was {before}" if better else f", no better than the {before} before"


def _ended(report: ReportDocument) -> str:
    """Whether the last round still gained, and so whether more of the same search is worth it."""
    fine = next((stage for stage in report.stages if stage.name is StageName.FINE and stage.verdict), None)
    if fine is None or not fine.rounds:
        return ""
    last = fine.rounds[-1]
    nothing = next((one for one in of_round(fine, last) if one.code == NOTHING), None)
    if nothing is not None:
        before, error = nothing.evidence.get("before"), nothing.evidence.get("standard_error")
        known = f"the {_score(report, before)} known before" if isinstance(before, float | int) else "what was known"
        noise = f" of {_score(report, error)}" if isinstance(error, float | int) else ""
        return (
            f"The last round was no better than {known} by more than the noise{noise}, so that more of the same "
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


def _best_of(report: ReportDocument, trials: Sequence[TrialDocument]) -> float | None:
    values = [trial.value for trial in trials if trial.value is not None]
    if not values:
        return None
    return min(values) if report.study.metric == "val_loss" else max(values)


def _score(report: ReportDocument, value: float) -> str:
    return score_words(value, report.study.metric)


def _short(path: str) -> str:
    return short_names([path])[path].replace("_", " ")


def _rate(rate: float) -> str:
    return f"{rate:.2g}"
