"""How the outputs of a network differ from image to image: along one line only, or hardly at all."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import torch

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
SYMPTOMS = frozenset({"loss-did-not-move", "loss-unstable", "loss-exploded", "stalled-above-zero"})
ALL_ALIKE = "HC321"
"""Weights that are all the same number: units that are alike make one number of every image."""
ON_A_LINE, LOST = "outputs-on-a-line", "signal-lost"


def differ_along_a_line(training: Training) -> bool:
    """Whether the outputs for all images lie on one line, so that one number decides them all; not said of outputs that
    are alike or not finite. The network is afterwards as it was."""
    if not training.task.is_classification or training.task.outputs < FEWEST_OUTPUTS:
        return False
    images, _ = training.arrays.batch(training.order.some(SAMPLES))
    with suppress(Exception), torch.no_grad(), undisturbed(training.network), training.autocast():
        outputs = predictions(training.network.eval(), images, training.task).double()
        largest, second = torch.linalg.svdvals(outputs - outputs.mean(0))[:2].tolist()
        return bool(0 < second / largest < SECOND) or (largest > 0 and second == 0)
    return False


def with_spread(verdict: Verdict, finished: Sequence[FinishedTrial], *, on_a_line: bool, task: Task) -> Verdict:
    """The verdict of an attempt to learn a sample, with outputs that one number decides, and in front of a failure with
    outputs that hardly differ at the start."""
    if verdict.stage is not StageName.OVERFIT:
        return verdict
    failed = verdict.outcome is Outcome.FAIL
    known = {one.code for one in verdict.findings}
    found = [_line(task)] if on_a_line and ALL_ALIKE not in known else []
    if failed and known & (SYMPTOMS - {"stalled-above-zero"}) and (deviation := _hardly(finished)) is not None:
        found.append(_faint(deviation))
    if not found:
        return verdict
    causes = failed and bool(known & SYMPTOMS)
    findings = (*found, *verdict.findings) if causes else (*verdict.findings, *found)
    return replace(verdict, findings=findings, summary="; ".join([verdict.summary, *(one.message for one in found)]))


def _hardly(finished: Sequence[FinishedTrial]) -> float | None:
    """How far outputs differ from image to image before any update, where that is hardly anything; 0 is told before."""
    looks = next((trial.result.looks for trial in finished if trial.result.looks), ())
    outputs = looks[0].outputs if looks and looks[0].step == 0 else None
    return outputs.sample_std if outputs is not None and 0 < outputs.sample_std < HARDLY else None


def _line(task: Task) -> Finding:
    return Finding(
        ON_A_LINE,
        Severity.WARNING,
        f"one number decides all {task.outputs} outputs: those of all images lie on a line",
        {"outputs": task.outputs},
        "Look for a layer of one unit, a sum or mean over all features, or an einsum whose indices do not meet "
        "(nc,md->nd for nc,cd->nd).",
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
