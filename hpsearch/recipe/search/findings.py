"""What is noticed about the trials of a search as a whole."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from hpsearch.finding import Finding, Severity
from hpsearch.recipe.chance import significant_in_training
from hpsearch.recipe.search.region import position
from hpsearch.recipe.sources import BERGSTRA, ZHANG
from hpsearch.recipe.wording import counted
from hpsearch.space import Choice, Distribution, Grid, Point, Space
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial, TrialState

AT_EDGE = "best-at-edge"
WEIGHT_DECAY = "optimizer.weight_decay"
NO_DECAY = 1e-5
"""At a learning rate of 0.1 ten thousand steps shrink a weight by one per cent (heuristic: nothing is won below)."""
EDGE = 0.1
"""The outer tenth of a range counts as its edge (heuristic)."""
MANY = 0.5
"""A share of failed trials that is worth a warning rather than a note (heuristic)."""
LEARNED_ALONE = (
    "Look whether the targets belong to their images (shuffled or shifted labels do this) and whether validation "
    "images are treated like training ones; then try more epochs or more data."
)
"""What to do where training samples were learned and validation is guessed …"""
UNLEARNED = (
    "Search learning rates at which the sweep saw the loss fall, and train for more epochs; then look whether the "
    "targets belong to their images."
)
"""… and where training samples were not learned either: rates and epochs are not those that the checks have shown to
work."""
GAINED = 0.03
"""A regression whose training loss is not lower than guessing's by this share has learned nothing (heuristic)."""
MEMORISED = 2.0
"""Training accuracy of so many times guessing is learning by heart when validation stays at guessing (heuristic)."""


def nothing_completed(finished: Sequence[FinishedTrial]) -> Finding:
    """All trials failed, or all that were not stopped early."""
    who = "the only trial" if len(finished) == 1 else f"all {len(finished)} trials"
    stopped = sum(trial.result.state is TrialState.PRUNED for trial in finished)
    if stopped:
        who = f"all of the {counted(len(finished), 'trial')} that were not stopped early, {len(finished) - stopped},"
    return Finding(
        "all-trials-failed",
        Severity.ERROR,
        f"{who} failed: {_in_words(_failures(finished))}",
        {"failures": _failures(finished), "reasons": _reasons(finished)},
        "If they diverged, search lower learning rates or change the initialisation; otherwise correct the error.",
    )


def some_failed(finished: Sequence[FinishedTrial]) -> Finding:
    """Some trials failed, which costs time and narrows the search."""
    failures = _failures(finished)
    count = sum(failures.values())
    many = count > MANY * len(finished)
    return Finding(
        "trials-failed",
        Severity.WARNING if many else Severity.INFO,
        f"{count} of {counted(len(finished), 'trial')} failed: {_in_words(failures)}",
        {"failures": failures, "reasons": _reasons(finished)},
        "Search lower learning rates if they diverged; look at the reasons otherwise.",
    )


def nothing_generalises(
    task: Task, finished: Sequence[FinishedTrial], measured: Mapping[str, Any], expected: Mapping[str, Any]
) -> Finding:
    """No trial is better on validation than guessing is."""
    evidence: dict[str, Any] = {**measured, **expected}
    last = [trial.result.epochs[-1] for trial in finished if trial.result.epochs]
    if task.is_classification:
        train = max(epoch.train_accuracy or 0.0 for epoch in last)
        evidence["train_accuracy"] = train
        by_heart = train >= MEMORISED * task.guessing_accuracy
        learned = significant_in_training(train, len(last), task)
        seen = (
            f"the best validation accuracy of any trial is {measured['accuracy']:.1%}, guessing gives "
            f"{task.guessing_accuracy:.1%}, and {expected['accuracy_at_least']:.1%} would be needed to tell them apart"
        )
        training = f"training reached {train:.1%} in the best trial"
        training += ", learned by heart" if by_heart else "" if learned else ", so that nothing was learned at all"
    else:
        train = min(epoch.train_loss for epoch in last)
        learned = train < (1 - GAINED) * expected["guessing_loss"]
        evidence["train_loss"] = train
        seen = (
            f"the best validation loss of any trial is {measured['loss']:.3g}, predicting always the same gives "
            f"{expected['guessing_loss']:.3g}"
        )
        median = statistics.median(epoch.train_loss for epoch in last)
        training = f"training reached {train:.3g} in the best trial (median {median:.3g})"
    return Finding(
        "nothing-generalises",
        Severity.ERROR,
        f"nothing generalises: {seen}; {training}",
        evidence,
        LEARNED_ALONE if learned else UNLEARNED,
        ZHANG,
    )


def at_edge(space: Space, best: Sequence[Point]) -> list[Finding]:
    """The hyperparameters whose two best trials lie at the same end of the definition's range, but for a low end of 0,
    below which nothing goes that is searched, and for one of weight decay below which there is as good as none.

    Two, because of one irrelevant hyperparameter in five the very best lies in one of the outer tenths by chance.
    """
    if len(best) < 2:
        return []
    ends = {path: end_of(part, [point[path] for point in best[:2]]) for path, part in space.items()}
    return [
        Finding(
            AT_EDGE,
            Severity.INFO,
            f"the two best trials lie at the {end} end of {path}: {', '.join(f'{p[path]:.3g}' for p in best[:2])}",
            {"path": path, "values": [point[path] for point in best[:2]], "range": space[path].as_dict()},
            f"Widen {path} at its {end} end if it may go further.",
            BERGSTRA,
        )
        for path, end in ends.items()
        if end == "high" or (end == "low" and min(_numbers(space[path])) > (NO_DECAY if path == WEIGHT_DECAY else 0))
    ]


def _numbers(part: Distribution) -> list[float]:
    """The ends of a distribution that are numbers."""
    return [float(end) for end in part.ends() if isinstance(end, int | float)]


def end_of(part: Distribution, values: Sequence[Any]) -> str:
    """At which end of a distribution all the values lie: ``low``, ``high``, or an empty word for neither."""
    if isinstance(part, Choice) or (isinstance(part, Grid) and len(part.values) < 3):
        return ""
    if isinstance(part, Grid):
        places = [part.values.index(value) / (len(part.values) - 1) for value in values]
    else:
        places = [position(part, value) for value in values]
    if max(places) <= EDGE:
        return "low"
    return "high" if min(places) >= 1 - EDGE else ""


def _failures(finished: Sequence[FinishedTrial]) -> dict[str, int]:
    failures = Counter(trial.result.failure for trial in finished if trial.result.failure is not None)
    return {failure.value: count for failure, count in sorted(failures.items())}


def _reasons(finished: Sequence[FinishedTrial], most: int = 3) -> list[str]:
    """The most frequent reasons; of equally frequent ones the first in trial order."""
    failures = (trial.result for trial in finished if trial.result.failure is not None)
    reasons = Counter(result.reason for result in failures if result.reason is not None)
    return [reason for reason, _ in reasons.most_common(most)]


def _in_words(failures: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in failures.items())
