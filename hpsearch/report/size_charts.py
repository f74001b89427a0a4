"""The charts of value against the size of the network, with the front."""

from collections.abc import Callable, Sequence

from hpsearch.report.architecture import searched_trials, sized_trial, sizes_document
from hpsearch.report.architecture_documents import SizedTrialDocument
from hpsearch.report.best import objective_of
from hpsearch.report.svg import Axis, Chart, Series, thinned
from hpsearch.report.words import number_words
from hpsearch.results import StudyResults
from hpsearch.stage import SEARCHES

FRONT_COLOUR = 3


def size_charts(results: StudyResults) -> list[Chart]:
    """One over parameters and one over multiply-adds; none where sizes were not compared."""
    sizes, objective = sizes_document(results), objective_of(results.study)
    if sizes is None or objective is None:
        return []
    trials = [sized for trial in searched_trials(results) if (sized := sized_trial(trial)) is not None]
    by = (
        ("parameters", lambda one: one.parameter_count, sizes.by_parameters),
        ("multiply-adds for one sample", lambda one: one.multiply_adds, sizes.by_multiply_adds),
    )
    return [_chart(objective.metric, title, size, trials, on_front) for title, size, on_front in by if on_front]


def _chart(
    metric: str,
    title: str,
    size: Callable[[SizedTrialDocument], int | None],
    trials: Sequence[SizedTrialDocument],
    on_front: Sequence[SizedTrialDocument],
) -> Chart:
    series = []
    for colour, stage in enumerate(reversed(SEARCHES), 1):
        of_stage = [(one, found) for one in trials if one.stage is stage and (found := size(one)) is not None]
        points = tuple((float(found), one.value) for one, found in of_stage)
        titles = tuple(
            f"{stage} {one.trial}: {metric} {number_words(one.value)}, {found:,} {title}" for one, found in of_stage
        )
        series.append(Series(stage, points, colour, as_line=False, titles=titles))
    front = tuple((float(size(one) or 0), one.value) for one in on_front)
    series.append(Series("nothing better is as small", thinned(front), FRONT_COLOUR))
    return Chart(f"{metric} over {title}", Axis(title, logarithmic=True), Axis(metric), tuple(series))
