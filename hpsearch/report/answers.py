"""What mattered and what sizes bring, as rows of words."""

from hpsearch.report.architecture_documents import ImportanceDocument, SizedTrialDocument
from hpsearch.report.documents import ReportDocument, TrialDocument
from hpsearch.report.ranking import Ranking
from hpsearch.report.words import short_names, value_words

MOST_SIZES = 8
"""Of a longer front so many trials are shown, the most accurate ones: the document has all."""
UNTOLD = "the trials do not tell what is best: the differences are not distinguishable from chance"
METHOD = (
    "A share is what a hyperparameter explains of the differences in rank between trials of one round, beyond "
    "chance (Kruskal and Wallis, 1952; p-values after Holm, 1979)."
)


def importance_ranking(report: ReportDocument, *, short: bool = False) -> Ranking | None:
    """One row for each hyperparameter; None if nothing is known yet.

    ``short``: one row for all together of which the trials do not tell what is best.
    """
    found = report.importances
    if not found:
        return None
    names = short_names([one.parameter for one in found])
    apart = [one for one in found if one.distinguishable or not short]
    rows = [(names[one.parameter], share_of_rank(one), one.answer) for one in apart]
    if alike := [one for one in found if one not in apart]:
        rows.append((", ".join(names[one.parameter] for one in alike), share_of_rank(alike[0]), UNTOLD))
    return Ranking("What mattered", ("hyperparameter", "share", "answer"), tuple(rows))


def share_of_rank(one: ImportanceDocument) -> str:
    """The importance as a percentage; a dash where chance explains it."""
    return f"{one.importance or 0.0:.0%}" if one.distinguishable else "–"


def levels_ranking(report: ReportDocument, one: ImportanceDocument) -> Ranking:
    """How each level of a hyperparameter did."""
    columns = ("value", "trials", "beats of its round", f"best {report.study.metric}", "of trial")
    rows = tuple(
        (
            level.level,
            str(level.trials),
            "" if level.beaten is None else f"{level.beaten:.0%} ± {level.beaten_error or 0.0:.0%}",
            f"{value_words(level.best_value)} ± {level.best_value_error or 0.0:.2g}",
            f"{level.best_stage} {level.best_trial}",
        )
        for level in one.levels
    )
    return Ranking(one.parameter, columns, rows)


def sizes_ranking(report: ReportDocument) -> Ranking | None:
    """The trials on a front, smallest first; None if sizes were not compared."""
    sizes = report.sizes
    if sizes is None or report.study.metric is None:
        return None
    on_front = {(one.stage, one.trial): one for one in (*sizes.by_multiply_adds, *sizes.by_parameters)}
    found = sorted(on_front.values(), key=lambda one: (one.parameter_count, one.multiply_adds or 0))
    title = "What size brings: no other trial is better with as few parameters, or with as few multiply-adds"
    if len(found) > MOST_SIZES:
        title += f" (the {MOST_SIZES} largest of {len(found)}; all: see --json)"
        found = found[-MOST_SIZES:]
    trials = {(trial.stage, trial.number): trial for stage in report.stages for trial in stage.trials}
    shown = [(one, trials[one.stage, one.trial]) for one in found if (one.stage, one.trial) in trials]
    paths = list(dict.fromkeys(path for _, trial in shown for path in trial.parameters))
    names = short_names(paths)
    network = [path for path in paths if path.startswith("network.")]
    columns = ("trial", report.study.metric, "parameters", "multiply-adds", *(names[path] for path in network))
    return Ranking(title, columns, tuple(_sized(one, trial, network) for one, trial in shown))


def smallest_words(report: ReportDocument) -> str | None:
    """Which network is enough; None if sizes were not compared, or if it is the best one's own size."""
    sizes, best = report.sizes, report.best
    if sizes is None or best is None:
        return None
    one = sizes.smallest_alike
    if (one.stage, one.trial) == (best.stage, best.trial):
        return "No smaller network comes within one standard error of the best one."
    return (
        f"Within one standard error of the best: trial {one.trial} of {one.stage} with {value_words(one.value)} and "
        f"only {one.parameter_count:,} parameters."
    )


def _sized(one: SizedTrialDocument, trial: TrialDocument, network: list[str]) -> tuple[str, ...]:
    return (
        f"{one.stage} {one.trial}",
        value_words(one.value),
        f"{one.parameter_count:,}",
        "unknown" if one.multiply_adds is None else f"{one.multiply_adds:,}",
        *(value_words(trial.parameters[path]) if path in trial.parameters else "" for path in network),
    )
