"""What came of one seed, and the table of all of them."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """What a row was measured with; rows of other ones do not go into one table."""

    trials: int
    epochs: int
    from_epoch: int
    keep: float
    schedule: str
    most_rounds: int


@dataclass(frozen=True)
class Row:
    """Two searches at the same points. Seconds are the process's own."""

    seed: int
    whole_s: float
    """Of the search without halving."""
    first_s: float
    """Until the first of its trials with its best accuracy was stored."""
    epochs: int
    """That it trained."""
    accuracy: float
    """Its best on the validation split: what halving has to reach."""
    test: float
    """Of that trial, on the test split."""
    halved_s: float
    """Of one halved round over the same points."""
    halved_epochs: int
    halved_accuracy: float
    halved_test: float
    rounds: int
    """Halved rounds, the others at further points, until one of their trials had the accuracy, or until the last."""
    reached_s: float | None
    """When that trial was stored; None: not in ``rounds``."""
    spent_s: float
    """Of all these rounds."""
    curves: Sequence[Sequence[tuple[float, float]]]
    """Of the trials of the search without halving: validation accuracy and loss after each epoch; none of one that
    failed."""
    options: Options


def quartiles(values: Sequence[float]) -> tuple[float, float, float, float, float]:
    """Least, lower quartile, median, upper quartile, most."""
    if len(values) == 1:
        return (values[0],) * 5
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return min(values), low, middle, high, max(values)


LINES: tuple[tuple[str, Callable[[Row], float], str], ...] = (
    (
        "time to the accuracy / the whole search without halving",
        lambda row: (row.reached_s or row.spent_s) / row.whole_s,
        ".2f",
    ),
    (
        "time to the accuracy / time to it without halving",
        lambda row: (row.reached_s or row.spent_s) / row.first_s,
        ".2f",
    ),
    ("one halved round / the whole search: time", lambda row: row.halved_s / row.whole_s, ".2f"),
    ("one halved round / the whole search: epochs", lambda row: row.halved_epochs / row.epochs, ".2f"),
    (
        "validation accuracy of one halved round, less that without",
        lambda row: row.halved_accuracy - row.accuracy,
        "+.4f",
    ),
    ("test accuracy of its best trial, less that without", lambda row: row.halved_test - row.test, "+.4f"),
)
"""What is told of the seeds: its name, how it is computed, and how it is written."""


def table(rows: Sequence[Row]) -> str:
    """Quartiles over the seeds."""
    lines = [
        f"| n = {len(rows)} | least | lower quartile | median | upper quartile | most |",
        "|---|---|---|---|---|---|",
    ]
    for name, of, form in LINES:
        least, low, middle, high, most = (format(one, form) for one in quartiles([of(row) for row in rows]))
        lines.append(f"| {name} | {least} | {low} | **{middle}** | {high} | {most} |")
    return "\n".join(lines)


def summary(rows: Sequence[Row]) -> str:
    """How often the accuracy was reached, and after how many rounds."""
    reached = [row for row in rows if row.reached_s is not None]
    most = max((row.rounds for row in rows), default=0)
    counts = [sum(row.rounds == number for row in reached) for number in range(1, most + 1)]
    words = ", ".join(f"{count} in round {number}" for number, count in enumerate(counts, 1) if count)
    missed = len(rows) - len(reached)
    rest = f"; {missed} not at all, which count with all the time that they had" if missed else ""
    worse = [row.accuracy - row.halved_accuracy for row in rows if row.halved_accuracy < row.accuracy]
    told = (
        f"Of one halved round the best accuracy was lower for {len(worse)} of {len(rows)}, by {max(worse):.4f} at most."
        if worse
        else f"Of one halved round the best accuracy was as good for all {len(rows)}."
    )
    mean = statistics.fmean(row.accuracy for row in rows), statistics.fmean(row.halved_accuracy for row in rows)
    test = statistics.fmean(row.test for row in rows), statistics.fmean(row.halved_test for row in rows)
    return (
        f"The accuracy was reached by {len(reached)} of {len(rows)}: {words or 'none'}{rest}.\n{told}\n"
        f"Means without and with halving: validation {mean[0]:.4f} and {mean[1]:.4f}, "
        f"test {test[0]:.4f} and {test[1]:.4f}."
    )
