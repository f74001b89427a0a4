"""One trial for a terminal: what it trained with, what it reached, and what its curves say."""

from rich.console import Group, RenderableType
from rich.text import Text

from hpsearch.report.ranking import Ranking
from hpsearch.report.service_documents import ClassCountDocument, ClassCountsDocument, TrialDetailDocument
from hpsearch.report.text import finding_renderable, ranking_renderable
from hpsearch.report.words import number_words, printable, seconds_words, share_words, value_words

MOST_EPOCHS = 12
"""Rows of the table of epochs: of more, evenly spread ones."""
MOST_CLASSES = 6
"""Rows of the table of classes: the worst ones."""


def trial_renderable(trial: TrialDetailDocument) -> RenderableType:
    """The whole trial on one screen; its curves in full are in the JSON document."""
    head = f"Trial {trial.number} of {trial.stage}"
    state = trial.state if trial.reason is None else f"{trial.state}: {printable(trial.reason)}"
    parts: list[RenderableType] = [Text.assemble((head, "bold"), f" {state}")]
    if trial.parameters:
        parts.append(Text(printable(", ".join(f"{path} {value_words(at)}" for path, at in trial.parameters.items()))))
    if trial.value is not None:
        took = "" if trial.duration_s is None else f", {seconds_words(trial.duration_s)} of training"
        parts.append(Text(f"value {number_words(trial.value)} in epoch {trial.best_epoch}{took}"))
    if trial.epochs:
        parts += ["", ranking_renderable(_epochs(trial))]
    if trial.class_counts is not None:
        parts += ["", _classes(trial.class_counts)]
    if trial.epochs or trial.findings:
        parts += ["", Text("What its curves say", style="bold")]
        parts += [finding_renderable(None, one) for one in trial.findings] or [Text("no rule finds anything in them")]
    elif trial.reason is None:
        parts.append(Text("It has no curve by epochs: stages before the searches train for a number of iterations."))
    return Group(*parts)


def _epochs(trial: TrialDetailDocument) -> Ranking:
    last = len(trial.epochs) - 1
    places = sorted({round(row * last / (MOST_EPOCHS - 1)) for row in range(MOST_EPOCHS)})
    rows = tuple(
        (
            str(epoch.epoch),
            _loss(epoch.train_loss),
            _loss(epoch.val_loss),
            "" if epoch.train_accuracy is None else share_words(epoch.train_accuracy),
            "" if epoch.val_accuracy is None else share_words(epoch.val_accuracy),
        )
        for epoch in (trial.epochs[place] for place in places)
    )
    columns = ("epoch", "train loss", "val loss", "train accuracy", "val accuracy")
    return Ranking("Epochs", columns, rows)


def _classes(counts: ClassCountsDocument) -> RenderableType:
    """The classes of which the least share was right."""
    wrong = [one for one in counts.listed if one.right < one.samples]
    worst = sorted(wrong, key=lambda one: (one.right / one.samples, -one.samples, one.label))[:MOST_CLASSES]
    title = f"Worst of {counts.classes} classes in validation, epoch {counts.epoch}"
    if not worst:
        return Text(f"All {counts.samples} validation samples of {counts.classes} classes are right")
    columns = ("class", "right", "of", "share", "mostly taken for", "predicted")
    return ranking_renderable(Ranking(title, columns, tuple(_class(one) for one in worst)))


def _class(one: ClassCountDocument) -> tuple[str, ...]:
    taken_for = "" if one.taken_for is None else f"{one.taken_for} ({one.mistaken} times)"
    share = share_words(one.right / one.samples)
    return str(one.label), str(one.right), str(one.samples), share, taken_for, f"{one.predicted} times"


def _loss(loss: float | None) -> str:
    return "not finite" if loss is None else number_words(loss)
