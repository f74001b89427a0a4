"""The measurements as Markdown."""

from collections.abc import Sequence

from benchmarks.memory.measured import Run

WITHIN = 0.1
"""A line whose error is larger is a miss."""
EXACT = 0.001

HEAD = (
    *("network", "batch"),
    *("SGD: predicted, MB", "measured, MB", "ratio", "Adam: predicted, MB", "measured, MB", "ratio"),
    *("kept for the backward pass: predicted, MB", "predicted / counted"),
)


def summary(runs: Sequence[Run], failed: Sequence[str]) -> str:
    """One paragraph: how many are within 10 %, and all that are not by name."""
    missed = [run for run in runs if abs(run.ratio - 1) > WITHIN]
    names = {run.network for run in runs}
    hit = names - {run.network for run in missed}
    errors = sorted((abs(run.ratio - 1), run) for run in runs)
    worst = errors[-1][1] if errors else None
    near = f"{len(runs) - len(missed)} of {len(runs)} iterations are within {WITHIN:.0%}"
    lines = [f"{near}, and {len(hit)} of {len(names)} networks in all of their iterations."]
    if worst is not None:
        middle = errors[len(errors) // 2][0]
        lines.append(
            f"The middle error is {middle:.1%}, the largest {errors[-1][0]:.1%} ({worst.network}, batch "
            f"{worst.batch_size}, {worst.optimizer})."
        )
    kept = sum(abs(run.saved_predicted / run.saved - 1) < EXACT for run in runs)
    lines.append(f"What is kept for the backward pass is predicted within {EXACT:.1%} in {kept} of {len(runs)}.")
    told = ", ".join(f"{run.network} (batch {run.batch_size}, {run.optimizer}: {run.ratio:.3f})" for run in missed)
    lines.append(f"Missed: {told or 'none'}.")
    if failed:
        lines.append(f"Not measured: {', '.join(failed)}.")
    return "\n".join(lines)


def table(runs: Sequence[Run]) -> str:
    """A line for each network and batch, both optimisers in it."""
    lines = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    for sgd, adam in zip(runs[::2], runs[1::2], strict=True):
        cells = [sgd.network, str(sgd.batch_size)]
        for run in (sgd, adam):
            cells += [_mb(run.predicted), _mb(run.measured), f"{run.ratio:.3f}"]
        lines.append(f"| {' | '.join([*cells, _mb(sgd.saved_predicted), f'{sgd.saved_predicted / sgd.saved:.3f}'])} |")
    return "\n".join(lines)


def _mb(size: int) -> str:
    return f"{size / 2**20:.2f}"
