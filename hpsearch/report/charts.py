"""Which charts a report has: the curves of the best trials, the sweep, and value over each hyperparameter."""

import statistics
from collections.abc import Sequence

from hpsearch.report.best import ScoredTrial, best_trials, objective_of, scored
from hpsearch.report.svg import Axis, Chart, Series, thinned
from hpsearch.report.words import number_words, value_words
from hpsearch.results import StudyResults, TrialRecord
from hpsearch.space import Choice, Distribution, LogInt, LogUniform, Value
from hpsearch.stage import StageName
from hpsearch.trial import TrialResult

SHOWN = 3
"""So many of the best trials have their curves drawn."""
WINDOWS = 20
"""A moving average spans about the twentieth part of a curve (heuristic): smooth, and still shows a turn."""
LAST_SHARE = 0.1
"""The loss that a sweep ends at is the mean over this last part of its iterations."""
LEARNING_RATE = "optimizer.learning_rate"


def curve_charts(results: StudyResults) -> list[Chart]:
    """Loss while training and on the validation split, of the best few trials."""
    return [_curves(trial) for trial in best_trials(results)[:SHOWN] if trial.result.epochs]


def drawn_trials(results: StudyResults) -> list[TrialRecord]:
    """The trials whose curves are drawn."""
    drawn = {(trial.stage, trial.number) for trial in best_trials(results)[:SHOWN] if trial.result.epochs}
    return [trial for trial in results.trials if (trial.stage, trial.number) in drawn]


def sweep_chart(results: StudyResults) -> Chart | None:
    """At which loss each learning rate of the sweep ended; None if there was no sweep."""
    groups: dict[str, list[tuple[float, float]]] = {}
    first: list[float] = []
    for trial in results.of_stage(StageName.LR_SWEEP):
        rate = trial.parameters.get(LEARNING_RATE)
        if trial.result is None or not trial.result.step_losses or not isinstance(rate, int | float):
            continue
        first.append(trial.result.step_losses[0])
        name = str(trial.parameters.get("optimizer.name", "loss"))
        groups.setdefault(name, []).append((float(rate), _last_loss(trial.result)))
    if not groups:
        return None
    series = [
        one
        for colour, (name, points) in enumerate(groups.items(), 1)
        for one in (
            Series(name, tuple(sorted(points)), colour),
            Series(name, tuple(points), colour, as_line=False, titles=tuple(map(_rate_words, points))),
        )
    ]
    up = Axis("training loss at the end", logarithmic=True)
    level = (("at the start", statistics.median(first)),)
    return Chart("Sweep of the learning rate", Axis("learning rate", logarithmic=True), up, tuple(series), level)


def value_charts(results: StudyResults) -> list[Chart]:
    """The value of every trial of the two searches over each hyperparameter that was searched."""
    objective = objective_of(results.study)
    if objective is None:
        return []
    trials = {stage: scored(results.of_stage(stage), objective) for stage in (StageName.COARSE, StageName.FINE)}
    space = results.study.definition.space
    charts = [_values(path, found, trials, objective.metric) for path, found in space.items()]
    return [chart for chart in charts if any(series.points for series in chart.series)]


def moving_average(values: Sequence[float]) -> list[float]:
    """Each value's mean with those before it, over a window of about a twentieth of them."""
    window = max(1, len(values) // WINDOWS)
    found, total = [], 0.0
    for index, value in enumerate(values):
        total += value - (values[index - window] if index >= window else 0.0)
        found.append(total / min(index + 1, window))
    return found


def _curves(trial: ScoredTrial) -> Chart:
    epochs, losses = trial.result.epochs, trial.result.step_losses
    per_epoch = len(losses) / len(epochs)
    steps = [((index + 1) / per_epoch, loss) for index, loss in enumerate(losses)] if losses else []
    smooth = [(x, loss) for (x, _), loss in zip(steps, moving_average(losses), strict=True)]
    trained = [(float(epoch.epoch), epoch.train_loss) for epoch in epochs]
    held_out = tuple((float(epoch.epoch), epoch.val_loss) for epoch in epochs)
    series = (
        Series("training loss, each iteration", thinned(steps), 1, faint=True),
        Series("training loss, moving average", thinned(smooth) if smooth else tuple(trained), 1),
        Series("validation loss", held_out, 2),
        Series("validation loss", held_out, 2, as_line=False, titles=tuple(f"epoch {x:g}" for x, _ in held_out)),
    )
    title = f"Trial {trial.number} of {trial.stage}, value {number_words(trial.value)}"
    return Chart(title, Axis("epoch"), Axis("loss", logarithmic=True), series)


def _values(path: str, found: Distribution, trials: dict[StageName, list[ScoredTrial]], metric: str) -> Chart:
    words = _categories(found)
    series = []
    for colour, (stage, group) in enumerate(trials.items(), 1):
        tried = [(_place(trial.parameters[path], words), trial) for trial in group if path in trial.parameters]
        points = tuple((place, trial.value) for place, trial in tried if place is not None)
        titles = tuple(
            f"{stage} {trial.number}: {value_words(trial.parameters[path])}, {metric} {number_words(trial.value)}"
            for place, trial in tried
            if place is not None
        )
        series.append(Series(stage, points, colour, as_line=False, titles=titles))
    across = Axis(path, isinstance(found, LogUniform | LogInt), words)
    return Chart(f"{metric} over {path}", across, Axis(metric), tuple(series))


def _categories(found: Distribution) -> tuple[str, ...]:
    """The words along the axis of a choice; none for numbers."""
    return tuple(value_words(value) for value in found.values) if isinstance(found, Choice) else ()


def _place(value: Value, words: tuple[str, ...]) -> float | None:
    if words:
        word = value_words(value)
        return float(words.index(word)) if word in words else None
    return float(value) if isinstance(value, int | float) else None


def _last_loss(result: TrialResult) -> float:
    losses = result.step_losses
    return statistics.fmean(losses[-max(1, round(len(losses) * LAST_SHARE)) :])


def _rate_words(point: tuple[float, float]) -> str:
    return f"learning rate {number_words(point[0])}: loss {number_words(point[1])}"
