"""A network of which hardly anything but the last layer learns: a small sample is learned by heart all the same."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from hpsearch.diagnosis.diagnose import explaining
from hpsearch.diagnosis.inside.seen import NORMS, was_updated
from hpsearch.finding import Finding, Severity
from hpsearch.look import Look
from hpsearch.recipe.sources import KARPATHY
from hpsearch.recipe.wording import counted, shortened
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

UNMOVED = "HC315"
"""Parameters that are to be trained and that no update has changed."""
NEARLY_ALL = 0.9
"""Of the layers with weights in front of the last (heuristic): a branch that is cut off is less, and a warning."""
TO_STAY = (
    "If they are to stay as they were drawn, set recipe.overfit.override to true: the last layer alone need not learn "
    "a sample by heart."
)
"""What goes on with layers that are drawn and not trained on purpose, whether they are frozen or cut off."""
OF_RATES = frozenset({"learning-rates-too-low", "learning-rates-too-high", "learning-rates-miss"})
"""What is said of the study's own rates: those that a last layer wants alone are others than the network's."""


def with_head_only(verdict: Verdict, finished: Sequence[FinishedTrial], drawn: Collection[str]) -> Verdict:
    """The verdict of an attempt to learn a sample, which fails where no update has changed nearly all layers in front
    of the last although they are to be trained; or, where the sample was learned before there was a look behind an
    update, where none of their weights had a gradient at the start.

    ``drawn``: parameters that were drawn at random; a network that was trained before may be meant to stay as it is.
    """
    found = next((one for one in verdict.findings if one.code == UNMOVED), None)
    layers = _in_front(finished, drawn)
    still = _unchanged(found, layers) if found is not None else _without_gradient(verdict, finished, layers)
    if not still or len(still) < NEARLY_ALL * len(layers):
        return verdict
    what = "a gradient reached none of the weights of" if found is None else "no update has changed"
    cut = _cut(found.source if found is not None else "", what, still, layers)
    others = [one for one in verdict.findings if one.code not in OF_RATES | {UNMOVED}]
    left = sum(one.code != UNMOVED for one in verdict.findings)
    summary = cut.message if len(others) < left else f"{cut.message}; {verdict.summary}"
    return replace(verdict, outcome=Outcome.FAIL, summary=summary, findings=(cut, *others))


def _unchanged(found: Finding, layers: Sequence[str]) -> list[str]:
    """Those of the layers with parameters that no update has changed."""
    names = found.evidence.get("parameters")
    if not isinstance(names, list):
        return []
    return [layer for layer in layers if any(name == layer or name.startswith(f"{layer}.") for name in names)]


def _without_gradient(verdict: Verdict, finished: Sequence[FinishedTrial], layers: Sequence[str]) -> list[str]:
    """Those of the layers whose weights had no gradient, or zero, at the start of each attempt that has learned the
    sample; none where a look behind an update says more, and where what is zero lets none through at first."""
    learned = [trial for trial in finished if trial.result.learned and trial.result.looks]
    looks = [look for trial in learned for look in trial.result.looks]
    if not learned or any(look.step > 0 and was_updated(look) for look in looks):
        return []
    if explaining(UNMOVED) & {one.code for one in verdict.findings} or any(map(_waits, looks)):
        return []
    first = [look for look in looks if look.step == 0]
    graded = {layer.name for look in first for layer in look.layers if layer.gradient_norm}
    without = [trial.result.without_gradient for trial in learned]
    return [
        layer
        for layer in layers
        if first and layer not in graded and all(any(one.startswith(f"{layer}.") for one in names) for names in without)
    ]


def _waits(look: Look) -> bool:
    """Whether something that is zero opens with the first update."""
    return bool(look.graded_zeros) or any(layer.weight_norm == 0 and layer.gradient_norm for layer in look.layers)


def _in_front(finished: Sequence[FinishedTrial], drawn: Collection[str]) -> list[str]:
    """Layers with weights in front of the last one that are to be trained, and were drawn at random."""
    looks = next((trial.result.looks for trial in finished if trial.result.looks), ())
    if not looks:
        return []
    frozen = looks[0].frozen
    weighted = [one.name for one in looks[0].layers if one.weight_norm is not None and one.kind not in NORMS]
    return [
        name
        for name in dict.fromkeys(weighted[:-1])
        if not any(one.startswith(f"{name}.") for one in frozen) and any(one.startswith(f"{name}.") for one in drawn)
    ]


def _cut(source: str, what: str, still: Sequence[str], layers: Sequence[str]) -> Finding:
    return Finding(
        UNMOVED,
        Severity.ERROR,
        f"hardly anything but the last layer learns: {what} {len(still)} of "
        f"{counted(len(layers), 'layer')} with weights in front of it ({shortened(still)})",
        {"layers": [{"layer": name} for name in still], "count": len(still), "of": len(layers)},
        "Look for what cuts the last layer off from them: detach, torch.no_grad, .data, NumPy, argmax or rounding "
        f"behind the last of them. {TO_STAY}",
        source or KARPATHY,
    )
