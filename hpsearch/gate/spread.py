"""How the outputs of a network differ from image to image: along one line only, or hardly at all."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from hpsearch.finding import Finding, Severity
from hpsearch.recipe.initial_loss.findings import FAINT
from hpsearch.recipe.sources import GLOROT, HE, KARPATHY
from hpsearch.stage import StageName
from hpsearch.task import Task
from hpsearch.training.looks.evaluated import undisturbed
from hpsearch.training.loss import predictions
from hpsearch.training.member import Training
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

SAMPLES = 24
FEWEST_OUTPUTS = 3
"""Those of two classes differ along one line, as far as the soft-max is concerned, whatever the network."""
SECOND = 1e-4
"""Of the largest singular value: rounding in float32 leaves less, and what is drawn at random has more."""
HARDLY = 1e-3
"""Deviation of the outputs from image to image (heuristic): those of sound first weights have a hundred times as much,
and a last layer that begins with next to nothing grows at the first updates."""
NOT_MOVED = "loss-did-not-move"
"""Told where the loss stood at every rate: it neither fell nor exploded."""
SYMPTOMS = frozenset({NOT_MOVED, "loss-unstable", "loss-exploded", "stalled-above-zero"})
ALL_ALIKE = "HC321"
"""Weights that are all the same number: units that are alike make one number of every image."""
ON_A_LINE, LOST = "outputs-on-a-line", "signal-lost"
ORDERED_BY_CHANCE = 5
"""Outputs (heuristic): so many are ordered by chance along a line in one of sixty networks; fewer far more often, but
not evenly."""
EVENLY = 1e-3
"""Of the mean distance between neighbours: numbers that were learned are farther from it."""


@dataclass(frozen=True)
class Line:
    """On which the outputs for all images lie."""

    in_order: bool
    """Whether the outputs of the classes grow with that one number the more, or the less, the later the class: a score
    of ordered classes, as of marks or ages, is meant so."""


def line_of(training: Training) -> Line | None:
    """The line on which the outputs for all images lie, so that one number decides them all; None where they do not,
    where they are alike, and where they are not finite. The network is afterwards as it was."""
    if not training.task.is_classification or training.task.outputs < FEWEST_OUTPUTS:
        return None
    images, _ = training.arrays.batch(training.order.some(SAMPLES))
    with suppress(Exception), torch.no_grad(), undisturbed(training.network), training.autocast():
        outputs = predictions(training.network.eval(), images, training.task).double()
        _, sizes, lines = torch.linalg.svd(outputs - outputs.mean(0), full_matrices=False)
        largest, second = sizes[:2].tolist()
        return Line(_in_order(lines[0])) if largest > 0 and second < SECOND * largest else None
    return None


def _in_order(slopes: Tensor) -> bool:
    """Of the outputs (outputs,) along the line; the soft-max does not ask where they begin."""
    steps = slopes.diff()
    if not ((steps > 0).all() or (steps < 0).all()):
        return False
    return len(slopes) >= ORDERED_BY_CHANCE or bool(((steps / steps.mean() - 1).abs() < EVENLY).all())


def with_spread(verdict: Verdict, finished: Sequence[FinishedTrial], *, line: Line | None, task: Task) -> Verdict:
    """The verdict of an attempt to learn a sample, with outputs that one number decides, and in front of a loss that
    moved at no rate with outputs that hardly differ at the start. A score of ordered classes is an information."""
    if verdict.stage is not StageName.OVERFIT:
        return verdict
    failed = verdict.outcome is Outcome.FAIL
    known = {one.code for one in verdict.findings}
    found = [_line(line, task)] if line is not None and ALL_ALIKE not in known else []
    if failed and NOT_MOVED in known and (deviation := _hardly(finished)) is not None:
        found.append(_faint(deviation))
    if not found:
        return verdict
    warnings = [one for one in found if one.severity is not Severity.INFO]
    remarks = [one for one in found if one.severity is Severity.INFO]
    causes = failed and bool(known & SYMPTOMS)
    findings = (*warnings, *verdict.findings) if causes else (*verdict.findings, *warnings)
    summary = "; ".join([verdict.summary, *(one.message for one in warnings)])
    return replace(verdict, findings=(*findings, *remarks), summary=summary)


def _hardly(finished: Sequence[FinishedTrial]) -> float | None:
    """How far outputs differ from image to image before any update, where that is hardly anything; 0 is told before."""
    looks = next((trial.result.looks for trial in finished if trial.result.looks), ())
    outputs = looks[0].outputs if looks and looks[0].step == 0 else None
    return outputs.sample_std if outputs is not None and 0 < outputs.sample_std < HARDLY else None


def _line(line: Line, task: Task) -> Finding:
    ordered = ", in the order of the classes" if line.in_order else ""
    return Finding(
        ON_A_LINE,
        Severity.INFO if line.in_order else Severity.WARNING,
        f"one number decides all {task.outputs} outputs: those of all images lie on a line{ordered}",
        {"outputs": task.outputs, "in_order": line.in_order},
        f"{'Fine if one score of ordered classes is meant. Otherwise look' if line.in_order else 'Look'} for a layer "
        "of one unit, a sum or mean over all features, or an einsum whose indices do not meet (nc,md->nd for "
        "nc,cd->nd).",
        KARPATHY,
    )


def _faint(deviation: float) -> Finding:
    return Finding(
        LOST,
        Severity.WARNING,
        "hardly anything of the image arrives: at the start outputs differ by "
        f"{deviation:.1g} from image to image, and no learning rate moved that",
        {"sample_std": deviation},
        f"{FAINT} Look for weights that are drawn far too small, and for features that are clipped or divided.",
        f"{GLOROT}; {HE}",
    )
