"""One trial for a terminal: what it trained with, what it reached, and what its curves say."""

from rich.console import Group, RenderableType
from rich.text import Text

from hpsearch.report.ranking import Ranking
from hpsearch.report.service_documents import TrialDetailDocument
from hpsearch.report.text import finding_renderable, ranking_renderable
from hpsearch.report.words import number_words, printable, seconds_words, share_words, value_words

MOST_EPOCHS = 12
"""Rows of the table of epochs: of more, evenly spread ones."""


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
    parts += ["", Text("What its curves say", style="bold")]
    parts += [finding_renderable(None, finding) for finding in trial.findings] or [Text("nothing is wrong with them")]
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


def _loss(loss: float | None) -> str:
    return "not finite" if loss is None else number_words(loss)
