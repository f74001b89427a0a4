"""Numbers, facts and ranges as a person reads them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hpsearch.report.documents import (
    BestDocument,
    ReportDocument,
    StageDocument,
    StudyDocument,
    StudyLine,
    TaskDocument,
)
from hpsearch.report.speed_words import is_busy, speed_words
from hpsearch.stage import RECIPE, SEARCHES, StageName
from hpsearch.study import StudyState
from hpsearch.verdict import Outcome

DIGITS = 4
"""Significant digits of a real number."""

LONGEST_LIST = 8
"""A list with more items is shortened."""

OUTCOME_WORDS = {
    Outcome.PASS: "passed",
    Outcome.FAIL: "failed",
    Outcome.OVERRIDDEN: "failed, overridden",
    Outcome.SKIPPED: "skipped",
}
UNFINISHED = frozenset({StudyState.FAILED, StudyState.INTERRUPTED, StudyState.PAUSED, StudyState.CANCELLED})
"""Of a study in such a state it is told which stages it never came to."""


def printable(text: str) -> str:
    """The text on one line and without characters that could steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def value_words(value: Any) -> str:
    """A JSON value: real numbers with four significant digits, null as ``none``."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return number_words(value)
    if isinstance(value, Mapping):
        return facts_words(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = [value_words(item) for item in value[:LONGEST_LIST]]
        return ", ".join(items) + (f" and {len(value) - LONGEST_LIST} more" if len(value) > LONGEST_LIST else "")
    return printable(str(value))


def number_words(value: float) -> str:
    """A real number with four significant digits: 0.0125, 2.303, 12,300, 1.25e-05."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if 1e-4 <= abs(value) < 1e6:
        decimals = max(0, DIGITS - 1 - math.floor(math.log10(abs(value))))
        text = f"{value:,.{decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:.{DIGITS - 1}g}"


def share_words(value: float | None) -> str:
    """A share in [0, 1] as a percentage."""
    return "unknown" if value is None else f"{value:.2%}"


def seconds_words(seconds: float) -> str:
    """A duration: 4 s, 2 min 5 s, 1 h 3 min."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size_words(size_bytes: int) -> str:
    """A size in bytes, or in units of 1,024 of them, as papers on networks give it."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    return f"{size_bytes / 1024:,.4g} KB" if size_bytes < 1024**2 else f"{size_bytes / 1024**2:,.4g} MB"


def facts_words(facts: Mapping[str, Any]) -> str:
    """Named values: ``loss 2.31, seeds 5``."""
    parts = []
    for key, value in facts.items():
        inner = value_words(value)
        nested = isinstance(value, Mapping | list | tuple) and len(value) > 1
        parts.append(f"{key.replace('_', ' ')} {f'({inner})' if nested else inner}")
    return ", ".join(parts)


def plain_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that fit on a line: single values and short lists of them. The documents have all."""
    return {
        key: value
        for key, value in facts.items()
        if not isinstance(value, Mapping)
        and not (
            isinstance(value, list | tuple)
            and (len(value) > LONGEST_LIST or any(isinstance(item, Mapping | list | tuple) for item in value))
        )
    }


def held_against(stage: StageDocument, task: TaskDocument | None = None) -> str:
    """What was measured and what was expected, empty where neither is known.

    Of a stage that passed only what something was expected of is told, and nothing of a search, whose summary has the
    score already; the documents have the rest.
    """
    if stage.verdict is Outcome.PASS and stage.name in SEARCHES:
        return ""
    facts, expected_facts = plain_facts(stage.measured), plain_facts(stage.expected)
    if stage.verdict is Outcome.PASS and expected_facts:
        facts = {key: value for key, value in facts.items() if any(_about(key, other) for other in expected_facts)}
    if facts.get("value") in (facts.get("accuracy", ...), facts.get("loss", ...)):
        facts.pop("value", None)  # the same number by its own name
    measured, expected = facts_words(facts), facts_words(expected_facts)
    if not (measured and expected):
        return measured and f"measured {measured}"
    if stage.name is StageName.INITIAL_LOSS and task is not None and task.loss == "cross_entropy":
        expected = expected.replace("loss ", f"loss ln {task.outputs} = ", 1)
    return f"measured {measured}; expected {expected}"


def _about(key: str, expected: str) -> bool:
    """Whether an expectation such as ``accuracy_at_least`` is about ``accuracy``."""
    return f"_{key}_" in f"_{expected}_"


def distribution_words(written: Any) -> str:
    """A distribution as the definition writes it: ``0.002 … 0.1 (log_uniform)``, ``one of 16, 32``, ``16``."""
    (kind, content), *_ = written.items()
    if kind in ("choice", "grid"):
        return f"one of {value_words(content)}" if len(content) > 1 else value_words(content[0])
    low, high = content
    return f"{value_words(low)} … {value_words(high)} ({kind})"


def handed_on_words(stage: StageDocument) -> str:
    """What the stage tells the next one to search, and why; empty for nothing."""
    ranges = "; ".join(f"{path} {distribution_words(found)}" for path, found in stage.handed_on.items())
    return f"{ranges}: {printable(stage.handed_on_reason)}" if ranges and stage.handed_on_reason else ranges


def short_names(paths: Sequence[str]) -> dict[str, str]:
    """Each dotted path's last part where that names it alone among ``paths``, the whole path elsewhere; of the name of
    something (``optimizer.schedule.name``) what it names."""
    ends = [path.removesuffix(".name").rpartition(".")[2] for path in paths]
    return {path: end if ends.count(end) == 1 else path for path, end in zip(paths, ends, strict=True)}


def task_words(task: TaskDocument) -> str:
    """What the data ask for, in one line."""
    shape = "×".join(str(size) for size in task.input_shape)
    plural = "" if task.outputs == 1 else "s"
    loss = task.loss
    kind = f"{task.outputs} classes" if loss == "cross_entropy" else f"{task.outputs} target{plural} ({loss})"
    counts = f"{task.train_samples:,} to train, {task.validation_samples:,} to validate, {task.test_samples:,} to test"
    return f"{kind}, images {shape}, {counts}"


def state_words(report: ReportDocument) -> str:
    """The state of the study with its reason, how many trials it has and how long they trained.

    Of a stage that failed its name is enough here, since its summary stands below. The time is that of the trials, one
    after another, whatever ran at the same time and however long the study rested.
    """
    study = report.study
    done = sum(stage.done for stage in report.stages)
    trained_s = sum(trial.duration_s or 0 for stage in report.stages for trial in stage.trials)
    stopped = sum(trial.state == "pruned" for stage in report.stages for trial in stage.trials)
    trials = f"{done:,} {'trial' if done == 1 else 'trials'}" + (f", {stopped:,} stopped early" if stopped else "")
    took = f", {seconds_words(trained_s)} of training added up" if study.finished_at and trained_s else ""
    state = study_state_words(study)
    for stage in report.stages:
        if study.reason == f"stage {stage.name} failed: {stage.summary}":
            state = f"{study.state} at {stage.name}"
    return f"{state} ({trials}{took})"


def study_state_words(study: StudyDocument | StudyLine) -> str:
    """The state with its reason, unless that says the same again."""
    if study.abandoned:
        return f"{study.state}, but its process has ended: the same command goes on"
    return f"{study.state}{f': {reason}' if (reason := reason_words(study)) else ''}"


def reason_words(study: StudyDocument | StudyLine) -> str:
    """Why the study failed or was interrupted; empty where that is not known better than from its state."""
    return "" if study.reason in (None, study.state.value) else printable(study.reason or "")


def summary_lines(stage: StageDocument) -> tuple[str, ...]:
    """The stage in one sentence, or one for each round where there are several."""
    if len(stage.rounds) == 1:
        return (printable(stage.summary),)
    return tuple(f"round {entry.round + 1}: {printable(entry.summary)}" for entry in stage.rounds if entry.summary)


def speed_line(stage: StageDocument) -> str:
    """How fast a searching stage went and what held it up; empty where that was the training itself, for the other
    stages, which are short, and where it is not known."""
    speed = stage.speed.speed() if stage.speed else None
    if stage.name not in SEARCHES or speed is None or (is_busy(speed) and not speed.alone):
        return ""
    return printable(speed_words(speed))


def best_words(best: BestDocument) -> str:
    """The best trial and what it scored."""
    accuracy = best.val_accuracy is not None
    validation = f"accuracy {share_words(best.val_accuracy)}" if accuracy else f"loss {value_words(best.val_loss)}"
    epoch = f" in epoch {best.epoch}" if best.epoch is not None else ""
    return f"trial {best.trial} of {best.stage}: validation {validation}{epoch}, {test_words(best)}"


def test_words(best: BestDocument) -> str:
    """What came of the one reading of the test split."""
    if best.test_accuracy is not None:
        return f"test accuracy {share_words(best.test_accuracy)} (read once)"
    if best.test_loss is not None:
        return f"test loss {value_words(best.test_loss)} (read once)"
    return f"test split not read{f': {printable(best.test_reason)}' if best.test_reason else ''}"


def not_run(report: ReportDocument) -> tuple[str, ...]:
    """The stages of the recipe that the study never came to."""
    begun = {stage.name for stage in report.stages}
    return tuple(name for name in RECIPE if name not in begun)
