"""What was tried of the network itself beside an attempt to learn a sample by heart."""

import math
from collections.abc import Collection
from dataclasses import replace

from hpsearch.finding import Finding, Severity
from hpsearch.gate.reach import Reach
from hpsearch.recipe.sources import KARPATHY
from hpsearch.recipe.wording import shortened
from hpsearch.stage import StageName
from hpsearch.task import Task
from hpsearch.verdict import Outcome, Verdict

SURE = 0.9
"""Probability of a class. What smoothing labels by the usual 0.1 aims at should be within reach (heuristic)."""
MANY = 0.05
"""Of the targets of a regression."""
FLOOR, EVALUATED = "loss-has-a-floor", "HC341"
BOUND, BENT = "HP201", "activation-on-output"
"""Say the same of an activation at the end, which the first has seen itself."""
SYMPTOMS = frozenset({"stalled-above-zero"})
"""What outputs that are bounded explain of an attempt that failed."""


def with_beside(
    verdict: Verdict, reach: Reach | None, standing: tuple[str, ...], task: Task, told: Collection[str]
) -> Verdict:
    """The verdict of an attempt to learn a sample, with outputs that are bounded and statistics that stand still.

    They are warnings: the sample was learned, or something else says that it was not. ``told``: codes that have been
    told before, or are told of the same.
    """
    if verdict.stage is not StageName.OVERFIT:
        return verdict
    known = {*told, *(one.code for one in verdict.findings)}
    bounded = None if reach is None or {BOUND, FLOOR} & known else _bounded(reach, task)
    still = None if not standing or EVALUATED in known else _still(standing)
    first = bounded is not None and bool(SYMPTOMS & known)
    before = [bounded] if bounded and first else []
    behind = [one for one in (None if first else bounded, still) if one is not None]
    if not (before or behind):
        return verdict
    found = (*before, *verdict.findings, *behind)
    summary = (
        f"{verdict.summary}; {bounded.message}" if bounded and verdict.outcome is Outcome.FAIL else verdict.summary
    )
    return replace(verdict, findings=found, summary=summary)


def told_once(verdict: Verdict, told: Collection[str]) -> Verdict:
    """The verdict without the warning that an activation ends the network, where advice has said so."""
    if BOUND not in told:
        return verdict
    kept = [one for one in verdict.findings if one.code != BENT or one.severity is Severity.ERROR]
    return replace(verdict, findings=tuple(kept))


def _bounded(reach: Reach, task: Task) -> Finding | None:
    """Outputs that no weights take far enough."""
    evidence = {"lowest": reach.lowest, "highest": reach.highest}
    within = f"whatever the weights, the outputs stay within {reach.lowest:.3g} … {reach.highest:.3g}"
    if not task.is_classification:
        if not reach.held or reach.beyond < MANY:
            return None
        return Finding(
            FLOOR,
            Severity.WARNING,
            f"{within}: {reach.beyond:.0%} of the targets lie beyond",
            {**evidence, "beyond": reach.beyond},
            "Return the outputs of the last layer with weights, or scale the targets to what the outputs can be.",
            KARPATHY,
        )
    floor = reach.floor(task.outputs)
    if floor <= -math.log(SURE):
        return None
    return Finding(
        FLOOR,
        Severity.WARNING,
        f"{within if reach.held else within.replace('stay within', 'hardly leave')}: the cross-entropy over "
        f"{task.outputs} classes cannot fall below {'' if reach.held else 'about '}{floor:.2g}",
        {**evidence, "floor": floor},
        "Return the outputs of the last layer with weights, without a clamp; multiply cosines and whatever else is "
        "bounded with a scale, such as 16 or one that is learned.",
        KARPATHY,
    )


def _still(names: tuple[str, ...]) -> Finding:
    return Finding(
        EVALUATED,
        Severity.WARNING,
        f"{shortened(names)} never learn{'s' if len(names) == 1 else ''} the statistics of the batches (a momentum of "
        "0): in evaluation mode features are divided by other numbers than in training mode",
        {"layers": list(names)},
        "Leave the momentum of batch norm at 0.1: in PyTorch it is the share of the newest batch.",
    )
