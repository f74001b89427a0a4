"""A network of which hardly anything but the last layer learns: a small sample is learned by heart all the same."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from hpsearch.diagnosis.inside.seen import NORMS
from hpsearch.finding import Finding, Severity
from hpsearch.recipe.sources import KARPATHY
from hpsearch.recipe.wording import counted, shortened
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

UNMOVED = "HC315"
"""Parameters that are to be trained and that no update has changed."""
NEARLY_ALL = 0.9
"""Of the layers with weights in front of the last (heuristic): a branch that is cut off is less, and a warning."""
OF_RATES = frozenset({"learning-rates-too-low", "learning-rates-too-high", "learning-rates-miss"})
"""What is said of the study's own rates: those that a last layer wants alone are others than the network's."""


def with_head_only(verdict: Verdict, finished: Sequence[FinishedTrial], drawn: Collection[str]) -> Verdict:
    """The verdict of an attempt to learn a sample, which fails where no update has changed nearly all layers in front
    of the last although they are to be trained.

    ``drawn``: parameters that were drawn at random; a network that was trained before may be meant to stay as it is.
    """
    found = next((one for one in verdict.findings if one.code == UNMOVED), None)
    names = None if found is None else found.evidence.get("parameters")
    if found is None or not isinstance(names, list):
        return verdict
    layers = _in_front(finished, drawn)
    still = [layer for layer in layers if any(name == layer or name.startswith(f"{layer}.") for name in names)]
    if not still or len(still) < NEARLY_ALL * len(layers):
        return verdict
    cut = _cut(found, still, layers)
    others = [one for one in verdict.findings if one.code not in OF_RATES | {UNMOVED}]
    summary = cut.message if len(others) + 1 < len(verdict.findings) else f"{cut.message}; {verdict.summary}"
    return replace(verdict, outcome=Outcome.FAIL, summary=summary, findings=(cut, *others))


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


def _cut(found: Finding, still: Sequence[str], layers: Sequence[str]) -> Finding:
    return Finding(
        UNMOVED,
        Severity.ERROR,
        f"hardly anything but the last layer learns: no update has changed {len(still)} of "
        f"{counted(len(layers), 'layer')} with weights in front of it ({shortened(still)})",
        {"layers": [{"layer": name} for name in still], "count": len(still), "of": len(layers)},
        "Look for what cuts the last layer off from them: detach, torch.no_grad, .data, NumPy, argmax or rounding "
        "behind the last of them. If they are to stay as they were drawn, set their requires_grad to False.",
        found.source or KARPATHY,
    )
